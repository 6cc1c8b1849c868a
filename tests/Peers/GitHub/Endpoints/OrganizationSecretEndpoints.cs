using System.Text.Json;
using System.Text.Json.Nodes;
using RotateSecrets.Peers.GitHub.Http;
using RotateSecrets.Peers.GitHub.Shapes;
using RotateSecrets.Peers.GitHub.State;

namespace RotateSecrets.Peers.GitHub.Endpoints;

/// <summary>The secrets of organisations.</summary>
internal static class OrganizationSecretEndpoints
{
    public static IEnumerable<Route> Routes { get; } =
    [
        .. Shelf("actions", "organization_secrets", SecretUse.Actions),
        .. Shelf("dependabot", "organization_dependabot_secrets", SecretUse.Dependabot),
        .. Shelf("codespaces", "organization_codespaces_secrets", SecretUse.Codespaces),
    ];

    private static IEnumerable<Route> Shelf(string use, string permission, SecretUse kind)
    {
        var path = $"/orgs/{{org}}/{use}/secrets";
        var one = $"{path}/{{secret_name}}";
        yield return new($"GET {path}", $"{permission}=read", question => Paging.Page(question, "secrets", question.Organization.Secrets(kind).All, secret => Shape(question, secret, use)));
        yield return new($"GET {path}/public-key", $"{permission}=read", question => SecretEndpoints.Key(question.Organization.Secrets(kind)));
        yield return new($"GET {one}", $"{permission}=read", question => Reply.Ok(Shape(question, Find(question, kind), use)));
        yield return new($"PUT {one}", $"{permission}=write", question => Put(question, kind));
        yield return new($"DELETE {one}", $"{permission}=write", question =>
        {
            var secret = Find(question, kind);
            question.Organization.Secrets(kind).Remove(secret.Name);
            Note(question, "remove", kind, secret.Name);
            return Reply.NoContent;
        });
        yield return new($"GET {one}/repositories", $"{permission}=read", question => Selected(question, kind));
        yield return new($"PUT {one}/repositories", $"{permission}=write", question =>
        {
            Select(NeedSelected(question, kind), Ids(question));
            return Reply.NoContent;
        });
        yield return new($"PUT {one}/repositories/{{repository_id}}", $"{permission}=write", question => Change(question, kind, isAdded: true));
        yield return new($"DELETE {one}/repositories/{{repository_id}}", $"{permission}=write", question => Change(question, kind, isAdded: false));
    }

    private static Reply Put(Question question, SecretUse kind)
    {
        var visibility = question.Text("visibility") switch
        {
            "all" => SecretVisibility.All,
            "private" => SecretVisibility.Private,
            "selected" => SecretVisibility.Selected,
            _ => throw new Refusal(Reply.Error(422, "Invalid request.\n\n\"visibility\" wasn't supplied.")),
        };
        var ids = Ids(question);
        if (ids.Count > 0 && visibility != SecretVisibility.Selected)
        {
            return Reply.Error(422, "You can only provide selected_repository_ids when the visibility is set to selected.");
        }

        if (ids.Find(id => !question.State.Repositories.Any(one => one.Id == id && one.Owner == question.Organization)) is > 0)
        {
            return Reply.Error(422, "At least one of the repositories doesn't exist or isn't the organization's.");
        }

        var (secret, isNew) = SecretEndpoints.Put(question, question.Organization.Secrets(kind), question.Values["secret_name"]);
        secret.Visibility = visibility;

        // What is left out is none: the list that was there before is gone.
        Select(secret, ids);
        Note(question, isNew ? "create" : "update", kind, secret.Name);
        return isNew ? Reply.Created(new JsonObject()) : Reply.NoContent;
    }

    private static Reply Selected(Question question, SecretUse kind)
    {
        var secret = NeedSelected(question, kind);
        return Paging.Page(
            question, "repositories", question.State.Repositories.Where(repository => secret.Selected.Contains(repository.Id)), repository => RepositoryShape.Minimal(repository, question.Places));
    }

    private static Reply Change(Question question, SecretUse kind, bool isAdded)
    {
        var secret = NeedSelected(question, kind);
        var id = question.Number("repository_id");
        if (!question.State.Repositories.Any(one => one.Id == id && one.Owner == question.Organization))
        {
            return Reply.NotFound;
        }

        _ = isAdded ? secret.Selected.Add(id) : secret.Selected.Remove(id);
        return Reply.NoContent;
    }

    private static StoredSecret Find(Question question, SecretUse kind) => question.Organization.Secrets(kind).Find(question.Values["secret_name"]) ?? throw new Refusal(Reply.NotFound);

    private static StoredSecret NeedSelected(Question question, SecretUse kind) => Find(question, kind) is { Visibility: SecretVisibility.Selected } secret
        ? secret
        : throw new Refusal(Reply.Error(409, "Visibility type of the secret must be set to selected."));

    private static void Select(StoredSecret secret, List<long> ids)
    {
        secret.Selected.Clear();
        secret.Selected.UnionWith(ids);
    }

    // Dependabot's and Actions' are described as numbers or text.
    private static List<long> Ids(Question question) => question.Body["selected_repository_ids"] is not JsonArray ids ? [] : [.. ids.Select(static id => id?.GetValueKind() switch
    {
        JsonValueKind.Number => id.GetValue<long>(),
        JsonValueKind.String when long.TryParse(id.GetValue<string>(), out var number) => number,
        _ => throw new Refusal(Reply.Error(422, "selected_repository_ids has something in it that is no id.")),
    })];

    private static JsonObject Shape(Question question, StoredSecret secret, string use)
    {
        var shape = SecretEndpoints.Shape(secret);
        shape["visibility"] = secret.Visibility switch { SecretVisibility.All => "all", SecretVisibility.Private => "private", _ => "selected" };
        if (secret.Visibility == SecretVisibility.Selected)
        {
            shape["selected_repositories_url"] = question.Places.Of($"orgs/{question.Organization.Login}/{use}/secrets/{secret.Name}/repositories");
        }

        return shape;
    }

    private static void Note(Question question, string verb, SecretUse kind, string name) => question.State.Note(
        $"org.{verb}_{(kind == SecretUse.Actions ? "actions" : "integration")}_secret", question.Caller.User.Login, question.Organization, null, ("key", name));
}
