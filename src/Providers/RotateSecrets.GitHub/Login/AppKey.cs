using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.GitHub.Login;

/// <summary>The private key of a GitHub App, with which it says who it is.</summary>
/// <remarks>Source: GitHub's page "Generating a JSON Web Token (JWT) for a GitHub App": RS256; issued a minute ago against clock drift, expiring in at most ten.</remarks>
internal sealed class AppKey : IDisposable
{
    private static readonly TimeSpan Drift = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(9);

    private readonly RSA key;
    private readonly string app;

    private AppKey(RSA key, string app)
    {
        this.key = key;
        this.app = app;
    }

    /// <summary>Reads a key.</summary>
    /// <param name="app">The app's id, or its client id.</param>
    /// <param name="pem">The key, as GitHub gave it: a PEM file.</param>
    public static Outcome<AppKey> Read(string app, SecretValue pem)
    {
        var rsa = RSA.Create();
        try
        {
            pem.Reveal(bytes =>
            {
                var text = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
                try
                {
                    rsa.ImportFromPem(text.AsSpan(0, Encoding.UTF8.GetChars(bytes, text)));
                    return true;
                }
                finally
                {
                    Array.Clear(text);
                }
            });
            return new AppKey(rsa, app);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            return new Failure(FailureCode.KeyWrong, app, "What was given as the app's private key is none: it is the PEM file that GitHub made, with BEGIN RSA PRIVATE KEY, and without a passphrase.");
        }
    }

    /// <summary>A token by which the app is known for a few minutes.</summary>
    /// <param name="now">The server's clock.</param>
    public string Token(DateTimeOffset now)
    {
        var claims = JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iat"] = (now - Drift).ToUnixTimeSeconds(),
            ["exp"] = (now + Life).ToUnixTimeSeconds(),
            ["iss"] = app,
        });
        var signed = $"{Encoded("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Encoded(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Encoded(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose() => key.Dispose();

    private static string Encoded(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
