using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RotateSecrets.Vault.Tests.Hosting;

/// <summary>Makes certificates that vouch for themselves.</summary>
internal static class OwnCertificate
{
    public static X509Certificate2 Make(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
