using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Core.Tests.Secrets;

public sealed class SecretAddressTests
{
    [Theory]
    [InlineData("local:PROXY_JWT_SECRET", "local", "PROXY_JWT_SECRET", null)]
    [InlineData("github:acme/proxy/environments/staging/NAME", "github", "acme/proxy/environments/staging/NAME", null)]
    [InlineData("vault:secret/proxy/jwt#value", "vault", "secret/proxy/jwt", "value")]
    [InlineData("aws:arn:aws:secretsmanager:eu-west-1:1:secret:a-x1#p", "aws", "arn:aws:secretsmanager:eu-west-1:1:secret:a-x1", "p")]
    [InlineData("k8s:payments/proxy-jwt#a#b", "k8s", "payments/proxy-jwt", "a#b")]
    public void An_address_reads_and_prints(string text, string store, string path, string? field)
    {
        var address = SecretAddress.Parse(text);

        Assert.Equal((store, path, field), (address.Store, address.Path, address.Field));
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, SecretAddress.Parse(store.ToUpperInvariant() + text[store.Length..]));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("local", 6)]
    [InlineData(":x", 1)]
    [InlineData("lo cal:x", 3)]
    [InlineData("local:", 7)]
    [InlineData("local:#f", 7)]
    [InlineData("local:a#", 9)]
    [InlineData("local: a", 7)]
    [InlineData("local:a ", 8)]
    [InlineData("local:a\nb", 8)]
    public void A_malformed_address_says_where(string text, int position)
    {
        Assert.True(SecretAddress.TryParse(text).Failed(out var failure, out _));
        Assert.Equal(FailureCode.AddressMalformed, failure.Code);
        Assert.Contains($"at character {position},", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_typed_in_place_of_an_address_is_not_repeated()
    {
        const string mistyped = "correct horse battery staple";
        Assert.True(SecretAddress.TryParse(mistyped).Failed(out var failure, out _));
        Assert.DoesNotContain("horse", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("horse", failure.Target, StringComparison.Ordinal);
    }
}
