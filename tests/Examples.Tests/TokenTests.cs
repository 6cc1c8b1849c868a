using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Examples.Tests.Hosting;

namespace Examples.Tests;

public sealed class TokenTests(TokenTests.OneReplica one) : IClassFixture<TokenTests.OneReplica>
{
    private const string Current = "the-current-secret-of-the-token-tests";
    private const string Pending = "the-pending-secret-of-the-token-tests";
    private const string Previous = "the-previous-secret-of-the-token-tests";

    // Each is wrong in one respect alone.
    private static readonly Dictionary<string, Func<string>> Bad = new(StringComparer.Ordinal)
    {
        ["nothing"] = static () => "",
        ["not a token"] = static () => "x",
        ["two parts"] = static () => $"{Token.Part(Token.Header)}.{Token.Part(Token.Claims())}",
        ["four parts"] = static () => $"{Token.Sign(Current, Token.Claims())}.x",
        ["no signature"] = static () => Token.Sign(Token.Claims(), Token.Header, static _ => []),
        ["half a signature"] = static () => Token.Sign(Current, Token.Claims())[..^22],
        ["a padded signature"] = static () => $"{Token.Sign(Current, Token.Claims())}=",
        ["another secret"] = static () => Token.Sign("another-secret", Token.Claims()),
        ["an empty secret"] = static () => Token.Sign("", Token.Claims()),
        ["another payload than was signed"] = static () => Tampered(Token.Header, Token.Claims(expiresInSeconds: 3600)),
        ["another header than was signed"] = static () => Tampered("""{"alg":"HS256"}""", Token.Claims()),
        ["none"] = static () => Token.Sign(Token.Claims(), """{"alg":"none"}""", static _ => []),
        ["none, signed"] = static () => Token.Sign(Current, Token.Claims(), """{"alg":"none"}"""),
        ["HS512"] = static () => Token.Sign(
            Token.Claims(), """{"alg":"HS512"}""", static text => HMACSHA512.HashData(Encoding.UTF8.GetBytes(Current), text)),
        ["HS512 by its header, HS256 by its signature"] = static () => Token.Sign(Current, Token.Claims(), """{"alg":"HS512"}"""),
        ["no algorithm"] = static () => Token.Sign(Current, Token.Claims(), """{"typ":"JWT"}"""),
        ["a critical extension"] = static () => Token.Sign(Current, Token.Claims(), """{"alg":"HS256","crit":["exp"]}"""),
        ["a header that is not JSON"] = static () => Token.Sign(Current, Token.Claims(), "HS256"),
        ["a payload that is not JSON"] = static () => Token.Sign(Current, "tester"),
        ["a payload that is null"] = static () => Token.Sign(Current, "null"),
        ["expired"] = static () => Token.Sign(Current, Token.Claims(expiresInSeconds: -60)),
        ["not yet valid"] = static () => Token.Sign(Current, Token.Claims(expiresInSeconds: 3600, notBeforeInSeconds: 1800)),
        ["no expiry"] = static () => Token.Sign(Current, """{"sub":"tester"}"""),
        ["an expiry that is not a number"] = static () => Token.Sign(Current, """{"sub":"tester","exp":"9999999999"}"""),
        ["no subject"] = static () => Token.Sign(Current, """{"exp":9999999999}"""),
    };

    public static TheoryData<string> BadTokens => [.. Bad.Keys];

    [Theory]
    [InlineData(Current)]
    [InlineData(Pending)]
    [InlineData(Previous)]
    public async Task A_token_signed_with_any_of_the_three_secrets_is_let_in(string secret)
    {
        using var response = await one.GetAsync($"Bearer {Token.Sign(secret, Token.Claims(notBeforeInSeconds: 0))}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var caller = await response.Content.ReadFromJsonAsync<Caller>(TestContext.Current.CancellationToken);
        Assert.Equal(new Caller("tester", "replica-0"), caller);
    }

    [Fact]
    public async Task A_little_difference_between_two_clocks_is_forgiven()
    {
        using var response = await one.GetAsync($"Bearer {Token.Sign(Current, Token.Claims(notBeforeInSeconds: 5))}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Any_other_token_is_turned_away(string what)
    {
        using var response = await one.GetAsync($"Bearer {Bad[what]()}");

        AssertRefused(response);
    }

    [Fact]
    public async Task A_good_token_under_another_scheme_is_turned_away()
    {
        using var response = await one.GetAsync($"Digest {Token.Sign(Current, Token.Claims())}");

        AssertRefused(response);
    }

    [Fact]
    public async Task Who_shows_nothing_is_turned_away()
    {
        using var response = await one.GetAsync(authorization: null);

        AssertRefused(response);
    }

    private static string Tampered(string header, string claims) =>
        $"{Token.Part(header)}.{Token.Part(claims)}.{Token.Sign(Current, Token.Claims()).Split('.')[2]}";

    private static void AssertRefused(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>A replica that accepts three secrets.</summary>
    public sealed class OneReplica : IAsyncLifetime
    {
        private Fleet? fleet;

        public async ValueTask InitializeAsync() => fleet = await Fleet.StartAsync(1, Current, Pending, Previous);

        public ValueTask DisposeAsync() => fleet?.DisposeAsync() ?? ValueTask.CompletedTask;

        internal Task<HttpResponseMessage> GetAsync(string? authorization) => fleet!.Replicas[0].GetAsync("/whoami", authorization);
    }

    private sealed record Caller(string Subject, string Replica);
}
