using System.Text.Json;
using System.Text.RegularExpressions;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Store;

/// <summary>Holds what the client sends, and so what the double answers to, to the server's own description of its interface.</summary>
public sealed class SpecificationTests
{
    // What servers have since 1.9 is in no description of 1.8. The description leaves out how one asks which mounts one sees, or that lists are asked for with GET.
    private static readonly string[] Later = ["custom_metadata"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_is_one_that_the_server_describes_with_members_that_it_describes()
    {
        Assert.SkipWhen(Find() is null, "The description of a 1.8 server's interface isn't here: shared/specs/vault-openapi.json, beside the repository.");
        using var specification = JsonDocument.Parse(await File.ReadAllTextAsync(Find()!, Cancellation));
        var asked = await AskEverythingAsync();

        Assert.True(asked.Count > 15, string.Join('\n', asked.Select(static one => $"{one.Method} {one.Path}")));
        Assert.Empty(asked.Select(question => Flaw(specification.RootElement.GetProperty("paths"), question)).OfType<string>().Distinct());
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "specs", "vault-openapi.json");
            if (File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }

    private static async Task<List<VaultQuestion>> AskEverythingAsync()
    {
        var asked = new List<VaultQuestion>();
        await using var server = await VaultDouble.StartAsync();
        server.Admit("approle", "r:s", "default");
        server.WritePolicy("operator", """path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }""");
        server.Issue("database/creds/app/", 2, TimeSpan.FromHours(1));
        server.Before = question =>
        {
            asked.Add(question);
            return null;
        };
        await using (await Doors.ConnectAsync(server, "s", settings: [("Auth", "AppRole"), ("RoleId", "r")]))
        {
            // Logging in is all that is wanted.
        }

        await using (var house = await RotationHouse.BuildAsync(await Doors.ConnectAsync(server, server.Token(TimeSpan.FromHours(1), true, "operator").Id), SecretAddress.Parse("vault:secret/a/b#value"), 0))
        {
            await house.PutAsync("the old value, long enough");
            await house.RunAsync();
            var stopped = await house.RunAsync(new Rotation.Running.RotationOptions { ApproveRevocation = static _ => Task.FromResult(false) });
            await house.UndoAsync(stopped.Id);
        }

        await using var store = await Doors.ConnectAsync(server);
        using var value = SecretValue.FromText("v");
        await store.PutAsync(new PutRequest(SecretAddress.Parse("vault:kv1/x#value"), value, SecretStage.Current, "t"), Cancellation);
        await store.RemoveAsync(SecretAddress.Parse("vault:kv1/x#value"), Cancellation);
        await store.RemoveAsync(SecretAddress.Parse("vault:secret/a/b#value"), Cancellation);
        await foreach (var _ in store.ListAsync(string.Empty, Cancellation))
        {
            // Listing is all that is wanted.
        }

        var leases = (ILeaseStore)store;
        await foreach (var lease in leases.FindLeasesAsync("database", Cancellation))
        {
            await leases.RevokeLeaseAsync(lease.Succeeded(out var one, out var failure) ? one.Id : failure.Target, Cancellation);
        }

        await leases.RevokeLeasesAsync("database/creds/app", force: false, Cancellation);
        await leases.RevokeLeasesAsync("database/creds/app", force: true, Cancellation);
        await foreach (var _ in leases.FindIrrevocableLeasesAsync(string.Empty, Cancellation))
        {
            // Asking is all that is wanted.
        }

        await ((IPolicyStore)store).ComparePoliciesAsync(new PolicyHolder { Policies = ["operator"] }, [SecretAddress.Parse("vault:secret/a/b#value")], PolicyAudience.Operator, Cancellation);
        return asked;
    }

    private static string? Flaw(JsonElement paths, VaultQuestion question)
    {
        // A path without a parameter in it is more exact than one with; a list is described at the folder's path.
        var wanted = "/" + question.Path.TrimEnd('/');
        var described = paths.EnumerateObject()
            .Where(path => Regex.IsMatch(wanted, $"^{Regex.Replace(Regex.Escape(path.Name.TrimEnd('/')), @"\\\{[^}]+}", ".+", RegexOptions.None, TimeSpan.FromSeconds(1))}$", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .OrderBy(static path => path.Name.Contains('{'))
            .ToList();
        var method = question.Method is "LIST" ? "get" : question.Method.ToLowerInvariant();
        var name = $"{question.Method} {question.Path}";
        var operation = described.Select(path => path.Value.TryGetProperty(method, out var found) ? (JsonElement?)found : null).FirstOrDefault(static found => found is not null);
        if (operation is not { } one)
        {
            return described.Exists(static path => path.Value.EnumerateObject().All(static member => member.Name is not ("get" or "post"))) || question.Method == "LIST" ? null : $"{name} is not described";
        }

        if (question.Body.Count == 0)
        {
            return null;
        }

        if (!one.TryGetProperty("requestBody", out var body))
        {
            // Version 1 takes whatever it is given.
            return question.Path.StartsWith("kv1/", StringComparison.Ordinal) ? null : $"{name} takes no body";
        }

        var members = body.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").EnumerateObject().Select(static member => member.Name).ToList();
        return question.Body.Select(static member => member.Key).Except(members, StringComparer.Ordinal).Except(Later, StringComparer.Ordinal).FirstOrDefault() is { } stranger
            && !question.Path.StartsWith("kv1/", StringComparison.Ordinal)
                ? $"{name} has no member '{stranger}'"
                : null;
    }
}
