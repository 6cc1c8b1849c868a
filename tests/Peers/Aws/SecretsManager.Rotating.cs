using System.Text.Json.Nodes;

namespace AwsDouble;

/// <content>Rotation by a function.</content>
public sealed partial class SecretsManager
{
    private JsonObject Rotate(string region, JsonObject request)
    {
        var secret = Alive(Own(region, request));
        if (secret.RotationFunction is null)
        {
            throw ServiceException.Request("No Lambda rotation function ARN is associated with this secret.");
        }

        var id = Token(request);
        var answer = Head(secret);
        answer["VersionId"] = id;
        if (secret.Labelled("AWSPENDING") is { } pending && !pending.Labels.Contains("AWSCURRENT"))
        {
            pages["rotate" + secret.Name] = Delay;
            throw ServiceException.Request("A previous rotation isn't complete. That rotation will be reattempted.");
        }

        if (secret.Find(id) is null)
        {
            Save(region, (secret with { Versions = [.. secret.Versions, new SecretRow(id, Now)] }).WithLabels(id, "AWSPENDING"));
            pages["rotate" + secret.Name] = Delay;
        }

        return answer;
    }

    // The function: it writes the value into the pending version, and makes that current.
    private void Finish(string region, string name)
    {
        if (!pages.TryGetValue("rotate" + name, out var left))
        {
            return;
        }

        if (FunctionFails)
        {
            // It leaves its version pending, and isn't run again by itself.
            pages.Remove("rotate" + name);
            return;
        }

        pages["rotate" + name] = left - 1;
        if (left > 0)
        {
            return;
        }

        pages.Remove("rotate" + name);
        var secret = secrets[(region, name)];
        var id = secret.Labelled("AWSPENDING")!.Id;
        Save(region, (secret with
        {
            Versions = [.. secret.Versions.Select(version => version.Id == id ? version with { Text = $"rotated-by-function-{id}" } : version)],
        }).WithLabels(id, "AWSCURRENT"));
    }
}
