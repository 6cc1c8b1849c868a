using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>The secrets of repositories and environments.</summary>
internal static partial class SecretEndpoints
{
    // Source: GitHub's page "Secrets reference", section "Limits for secrets".
    private const int MostBytes = 48 * 1024;
    private const int BoxBytes = 48;

    public static IEnumerable<Route> Routes { get; } =
    [
        .. Shelf("/repos/{owner}/{repo}/actions/secrets", "secrets", static question => question.Repository.Secrets(), "actions"),
        .. Shelf("/repos/{owner}/{repo}/dependabot/secrets", "dependabot_secrets", static question => question.Repository.Secrets(SecretUse.Dependabot), "integration"),
        .. Shelf("/repos/{owner}/{repo}/codespaces/secrets", "codespaces_secrets", static question => question.Repository.Secrets(SecretUse.Codespaces), "integration"),
        .. Shelf("/repos/{owner}/{repo}/environments/{environment_name}/secrets", "environments", static question => RepositoryEndpoints.Environment(question).Secrets, "actions"),
        new("GET /repos/{owner}/{repo}/actions/organization-secrets", "secrets=read", static question => Paging.Page(question, "secrets", question.Repository.Actions.Visible(SecretUse.Actions), Shape)),
    ];

    /// <summary>A secret as JSON, without its value.</summary>
    public static JsonObject Shape(StoredSecret secret) => new()
    {
        ["name"] = secret.Name,
        ["created_at"] = Places.Moment(secret.CreatedAt),
        ["updated_at"] = Places.Moment(secret.UpdatedAt),
    };

    public static Reply Key(SecretShelf shelf) => Reply.Ok(new JsonObject { ["key_id"] = shelf.KeyId, ["key"] = Convert.ToBase64String(shelf.PublicKey) });

    /// <summary>Refuses a name that isn't one.</summary>
    public static void CheckName(string name)
    {
        if (name.StartsWith("GITHUB_", StringComparison.OrdinalIgnoreCase))
        {
            throw new Refusal(Reply.Error(422, "Secret names must not start with GITHUB_."));
        }

        if (!Name().IsMatch(name))
        {
            throw new Refusal(Reply.Error(
                422,
                "Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_)."));
        }
    }

    /// <summary>Opens the box and keeps what is in it.</summary>
    public static (StoredSecret Secret, bool IsNew) Put(Question question, SecretShelf shelf, string name)
    {
        CheckName(name);
        var isNew = shelf.Find(name) is null;
        if (isNew && shelf.Count >= shelf.Slots)
        {
            throw new Refusal(Reply.Error(422, $"You have reached the maximum number of secrets ({shelf.Slots})."));
        }

        // The id says which key it was sealed for, and nobody checks that it was: with another scope's key and this one's id, what is kept is garbage.
        if (question.Text("key_id") is not { } id || !Known(question, shelf, id))
        {
            throw new Refusal(Reply.Error(422, "The key_id is not the id of the current public key."));
        }

        var box = Decode(question.Text("encrypted_value") ?? string.Empty);
        if (box.Length > MostBytes + BoxBytes)
        {
            throw new Refusal(Reply.Error(422, "Value is too large. Remember, secrets can be 48 KB at the most."));
        }

        var value = shelf.Open(box);
        return (shelf.Put(name, value ?? box, value is null), isNew);
    }

    private static bool Known(Question question, SecretShelf shelf, string id) => shelf.KeyId == id
        || question.State.Repositories.Any(one => Enum.GetValues<SecretUse>().Any(use => one.Secrets(use).KeyId == id || one.Owner.Secrets(use).KeyId == id) || one.Environments.Values.Any(two => two.Secrets.KeyId == id));

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new Refusal(Reply.Error(422, "encrypted_value is not in Base64."));
        }
    }

    private static IEnumerable<Route> Shelf(string path, string permission, Func<Question, SecretShelf> shelf, string kind)
    {
        var owner = path.Contains("environment", StringComparison.Ordinal) ? "environment" : "repo";
        yield return new($"GET {path}", $"{permission}=read", question => Paging.Page(question, "secrets", shelf(question).All, Shape));
        yield return new($"GET {path}/public-key", $"{permission}=read", question => Key(shelf(question)));
        yield return new($"GET {path}/{{secret_name}}", $"{permission}=read", question => shelf(question).Find(question.Values["secret_name"]) is { } found ? Reply.Ok(Shape(found)) : Reply.NotFound);
        yield return new($"PUT {path}/{{secret_name}}", $"{permission}=write", question =>
        {
            var (secret, isNew) = Put(question, shelf(question), question.Values["secret_name"]);
            Note(question, $"{owner}.{(isNew ? "create" : "update")}_{kind}_secret", secret.Name);
            return isNew ? Reply.Created(new JsonObject()) : Reply.NoContent;
        });
        yield return new($"DELETE {path}/{{secret_name}}", $"{permission}=write", question =>
        {
            if (!shelf(question).Remove(question.Values["secret_name"]))
            {
                return Reply.NotFound;
            }

            Note(question, $"{owner}.remove_{kind}_secret", question.Values["secret_name"].ToUpperInvariant());
            return Reply.NoContent;
        });
    }

    private static void Note(Question question, string action, string name) => question.State.Note(
        action,
        question.Caller.User.Login,
        question.Repository.Owner,
        question.Repository,
        question.Values.TryGetValue("environment_name", out var environment) ? [("key", name), ("environment_name", environment)] : [("key", name)]);

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,254}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
