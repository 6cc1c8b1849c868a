using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RotateSecrets.Peers.Vault.SystemBackend;

namespace RotateSecrets.Peers.Vault;

/// <content>How a request is answered.</content>
public sealed partial class VaultDouble
{
    private static readonly JsonSerializerOptions Sparse = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        VaultQuestion question;
        VaultAnswer answer;
        lock (gate)
        {
            question = Read(context.Request, body);
            requests.Add($"{question.Method} {question.Path}");
            answer = Before?.Invoke(question) ?? Guarded(question, $"{context.Connection.RemoteIpAddress}", context.Request.Headers["X-Vault-Token"].ToString());
        }

        if (LosesAnswer?.Invoke(question) == true)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Location is { } location)
        {
            context.Response.Headers.Location = location.ToString();
        }

        if (Replication.IsTold && question.Method is not ("GET" or "LIST"))
        {
            context.Response.Headers["X-Vault-Index"] = Replication.Header;
        }

        if (answer.Body is not null)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer.Body.ToJsonString());
        }
    }

    private VaultQuestion Read(HttpRequest request, string body)
    {
        var query = request.Query.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal);
        var method = request.Method switch
        {
            "GET" when query.GetValueOrDefault("list") == "true" => "LIST",
            "PUT" => "POST",
            var other => other,
        };
        var json = body.Length == 0 ? [] : JsonNode.Parse(body) as JsonObject ?? [];
        var token = state.Tokens.GetValueOrDefault(request.Headers["X-Vault-Token"].ToString());
        return new VaultQuestion(
            method, Uri.UnescapeDataString(request.Path.Value![4..]), query, json, token?.ExpiresAt <= state.Time.GetUtcNow() ? null : token)
        {
            Required = Replication.Read(request.Headers["X-Vault-Index"]),
            MayBeForwarded = request.Headers["X-Vault-Inconsistent"].Contains("forward-active-node"),
            Namespace = request.Headers["X-Vault-Namespace"].ToString().Trim('/') is var inside and not "root" ? inside : string.Empty,
            Headers = request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
    }

    private VaultAnswer Guarded(VaultQuestion question, string from, string presented)
    {
        if (question.Path == "sys/health")
        {
            return Health();
        }

        switch (Seal)
        {
            case SealState.Sealed or SealState.Uninitialised:
                return VaultAnswer.Error(503, "Vault is sealed");
            case SealState.Secondary:
                return VaultAnswer.Error(400, "path disabled in replication DR secondary mode");
            default:
                break;
        }

        if (question.Namespace.Length > 0 && !Namespaces.Contains(question.Namespace))
        {
            return Nowhere(question);
        }

        var isRead = question.Method is "GET" or "LIST";
        if (isRead && state.MountOf(question.Path) is not null && Replication.TooEarly(question) is { } early)
        {
            return early;
        }

        var isOpen = AuthPaths.IsOpen(question.Path);
        if (question.Token is null && !isOpen)
        {
            return presented.Length == 0 ? VaultAnswer.Error(400, "missing client token") : VaultAnswer.Denied;
        }

        var id = Guid.NewGuid().ToString();
        audit.Write("request", id, question, from, null);
        var answer = isOpen || IsAllowed(question) ? Dispatch(question) : VaultAnswer.Denied;
        if (!isRead && answer.Status < 300)
        {
            Replication.Write();
        }

        if (answer.Body?.ContainsKey("request_id") == true)
        {
            answer.Body["request_id"] = id;
        }

        audit.Write("response", id, question, from, answer);
        return answer;
    }

    // OpenBao resolves the namespace first; for Vault Enterprise what isn't one is the beginning of a path, at which nothing is mounted and no policy gives anything.
    private VaultAnswer Nowhere(VaultQuestion question) =>
        state.Version.StartsWith('2') ? VaultAnswer.Error(404, "namespace not found")
        : question.Token?.Policies.Contains("root", StringComparer.Ordinal) == true ? VaultAnswer.Error(404, $"no handler for route \"{question.Namespace}/{question.Path}\". route entry not found.")
        : VaultAnswer.Error(403, "1 error occurred:\n\t* permission denied\n\n");

    private bool IsAllowed(VaultQuestion question)
    {
        // Every token may see what it is and which mounts it has something in.
        if (question.Path.StartsWith("sys/internal/ui/mounts", StringComparison.Ordinal))
        {
            return true;
        }

        var exists = state.MountOf(question.Path) is not var (path, engine) || engine.Exists(question.Path[path.Length..]);
        var capabilities = state.Policies.Capabilities(question.Token!.Policies, question.Path);
        return capabilities.Contains("root", StringComparer.Ordinal) || capabilities.Contains(question.Capability(exists), StringComparer.Ordinal);
    }

    private VaultAnswer Dispatch(VaultQuestion question) =>
        question.Path.StartsWith("sys/", StringComparison.Ordinal) ? system.Answer(question)
        : question.Path.StartsWith("auth/", StringComparison.Ordinal) ? auth.Answer(question)
        : state.MountOf(question.Path) is var (path, engine) ? engine.Answer(question, question.Path[path.Length..])
        : VaultAnswer.Error(404, $"no handler for route '{question.Path}'");

    private VaultAnswer Health() => new(
        Seal switch { SealState.Active => 200, SealState.Standby => 429, SealState.Secondary => 472, SealState.PerformanceStandby => 473, SealState.Uninitialised => 501, _ => 503 },
        JsonSerializer.SerializeToNode(new
        {
            initialized = Seal != SealState.Uninitialised,
            @sealed = Seal is SealState.Sealed or SealState.Uninitialised,
            standby = Seal != SealState.Active,
            version = state.Version,
            enterprise = IsEnterprise,
        }, Sparse)!.AsObject());
}
