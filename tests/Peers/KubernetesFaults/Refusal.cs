using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RotateSecrets.Peers.KubernetesFaults;

/// <summary>Answers of an API server that does nothing: a Status, as its own are.</summary>
internal static class Refusal
{
    public static async Task WriteAsync(HttpContext context, ApiRequest request, ApiFault fault)
    {
        var (code, reason, message) = fault.Kind switch
        {
            FaultKind.Conflict => (409, "Conflict", $"Operation cannot be fulfilled on {request.Resource} \"{request.Name}\": the object has been modified; please apply your changes to the latest version and try again"),
            FaultKind.Gone => (410, "Expired", "too old resource version: 1 (2)"),
            FaultKind.TooManyRequests => (429, "TooManyRequests", "the server has received too many requests and has asked us to try again later"),
            FaultKind.Unavailable => (503, "ServiceUnavailable", "the server is currently unable to handle the request"),
            FaultKind.Unauthorized => (401, "Unauthorized", "Unauthorized"),
            FaultKind.Forbidden => (403, "Forbidden", $"{request.Resource} \"{request.Name}\" is forbidden: User \"somebody\" cannot {request.Verb} resource \"{request.Resource}\" in API group \"{request.Group}\" in the namespace \"{request.Namespace}\""),
            _ => (500, "InternalError", "Internal error occurred: injected"),
        };
        var status = new { kind = "Status", apiVersion = "v1", metadata = new { }, status = "Failure", message, reason, code };
        context.Response.ContentType = "application/json";
        if (fault.Kind == FaultKind.Gone && request.Verb == "watch")
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(new { type = "ERROR", @object = status }) + "\n");
            return;
        }

        context.Response.StatusCode = code;
        if (fault.Kind == FaultKind.TooManyRequests)
        {
            context.Response.Headers.RetryAfter = fault.RetryAfter.ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.WriteAsync(JsonSerializer.Serialize(status));
    }
}
