using System.Text.Json;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Client;

namespace RotateSecrets.Vault.Login;

/// <summary>Gets a token, by whichever method was asked for.</summary>
internal sealed class VaultLogin(ConnectionRequest request, VaultSettings settings, VaultEnvironment environment)
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>Gets a token.</summary>
    /// <param name="client">Speaks with the server.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <returns>The token, which is the caller's to dispose of.</returns>
    public Task<Outcome<SecretValue>> GetTokenAsync(VaultClient client, CancellationToken cancellation) => settings.Auth.ToUpperInvariant() switch
    {
        "TOKEN" => Task.FromResult(FindToken()),
        "APPROLE" => AppRoleAsync(client, cancellation),
        "JWT" => JwtAsync(client, "jwt", null, cancellation),
        "KUBERNETES" => JwtAsync(client, "kubernetes", ServiceAccount, cancellation),
        "CERTIFICATE" => CertificateAsync(client, cancellation),
        _ => Task.FromResult<Outcome<SecretValue>>(new Failure(FailureCode.ValueInvalid, "Auth", $"There is no way to log in called '{settings.Auth}'.")
        {
            Remedy = "There are Token, AppRole, Jwt, Kubernetes and Certificate.",
        }),
    };

    private Outcome<SecretValue> FindToken()
    {
        if (request.Credential is { } given)
        {
            return given.Reveal(static bytes => SecretValue.FromBytes(bytes));
        }

        if (environment.Token is { } token)
        {
            return SecretValue.FromText(token.AsSpan().Trim());
        }

        return File.Exists(environment.TokenFile)
            ? FromFile(environment.TokenFile)
            : new Failure(FailureCode.KeyMissing, request.Name, "There is no token for the server: none was given, VAULT_TOKEN isn't set, and there is no ~/.vault-token.")
            {
                Remedy = "Log in with `vault login`, or give -Token, or log in with -RoleId, -Jwt or -ClientCertificate.",
            };

    }

    private Task<Outcome<SecretValue>> AppRoleAsync(VaultClient client, CancellationToken cancellation) => settings.RoleId is { } role
        ? LogInAsync(client, settings.AuthMount ?? "approle", body =>
        {
            body.WriteString("role_id", role);
            Write(body, "secret_id", request.Credential);
        }, cancellation)
        : Task.FromResult<Outcome<SecretValue>>(Lacks("RoleId"));

    private async Task<Outcome<SecretValue>> JwtAsync(VaultClient client, string mount, string? defaultFile, CancellationToken cancellation)
    {
        if (settings.Role is not { } role)
        {
            return Lacks("Role");
        }

        SecretValue? read = null;
        if (request.Credential is null)
        {
            if ((settings.JwtFile ?? defaultFile) is not { } file)
            {
                return Lacks("JwtFile");
            }

            if (FromFile(file).Failed(out var unread, out read))
            {
                return unread;
            }
        }

        using (read)
        {
            return await LogInAsync(client, settings.AuthMount ?? mount, body =>
            {
                body.WriteString("role", role);
                Write(body, "jwt", request.Credential ?? read);
            }, cancellation);
        }
    }

    private Task<Outcome<SecretValue>> CertificateAsync(VaultClient client, CancellationToken cancellation) => settings.ClientCertificate is not null
        ? LogInAsync(client, settings.AuthMount ?? "cert", body =>
        {
            if (settings.Role is { } role)
            {
                body.WriteString("name", role);
            }
        }, cancellation)
        : Task.FromResult<Outcome<SecretValue>>(Lacks("ClientCertificate"));

    private async Task<Outcome<SecretValue>> LogInAsync(VaultClient client, string mount, Action<Utf8JsonWriter> members, CancellationToken cancellation)
    {
        var call = VaultCall.Post($"auth/{VaultCall.Escape(mount)}/login", request.Name, body =>
        {
            body.WriteStartObject();
            members(body);
            body.WriteEndObject();
        }) with
        {
            IsAnonymous = true,
            IsRepeatable = true,
        };
        if ((await client.SendAsync(call, cancellation)).Failed(out var failure, out var reply))
        {
            return failure;
        }

        using (reply)
        {
            if (reply.IsSuccess && reply.Root.Member("auth").Text("client_token") is { } token)
            {
                return SecretValue.FromText(token);
            }

            return (int)reply.Status is 400 or 401 or 403 or 404
                ? new Failure(FailureCode.AccessDenied, request.Name, $"The login by {settings.Auth} at auth/{mount} was refused: status {(int)reply.Status}.")
                {
                    Remedy = "See that the method is mounted there, that the role exists, and that its credentials are neither expired nor used up"
                        + (client.Namespace is { } inside ? $"; and that there is a namespace '{inside}'." : "."),
                }
                : VaultFault.Of(reply, call);
        }
    }

    private static void Write(Utf8JsonWriter body, string name, SecretValue? value)
    {
        if (value is not null)
        {
            value.Reveal(bytes =>
            {
                body.WriteString(name, bytes);
                return true;
            });
        }
    }

    private static Outcome<SecretValue> FromFile(string path)
    {
        try
        {
            using var whole = SecretValue.Take(File.ReadAllBytes(path));
            return whole.Reveal(static bytes => SecretValue.FromBytes(bytes.Trim(" \t\r\n"u8)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, path, $"The credentials in {path} can't be read.");
        }
    }

    private Failure Lacks(string setting) => new(FailureCode.ValueInvalid, setting, $"To log in by {settings.Auth}, {setting} has to be said.");
}
