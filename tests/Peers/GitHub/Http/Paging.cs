using System.Globalization;
using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>Lists in pages.</summary>
internal static class Paging
{
    /// <summary>A page of a list that stands alone.</summary>
    public static Reply Page<T>(Question question, IEnumerable<T> all, Func<T, JsonNode> shape)
    {
        var (page, headers) = Cut(question, all.ToList());
        return new Reply(200, new JsonArray([.. page.Select(shape)])) { Headers = headers };
    }

    /// <summary>A page of a list that stands beside its length.</summary>
    public static Reply Page<T>(Question question, string member, IEnumerable<T> all, Func<T, JsonNode> shape)
    {
        var whole = all.ToList();
        var (page, headers) = Cut(question, whole);
        return new Reply(200, new JsonObject { ["total_count"] = whole.Count, [member] = new JsonArray([.. page.Select(shape)]) }) { Headers = headers };
    }

    /// <summary>How many elements a page has.</summary>
    public static int Size(Question question) => Math.Clamp(Read(question, "per_page", 30), 1, 100);

    private static (List<T> Page, IReadOnlyList<(string, string)> Headers) Cut<T>(Question question, List<T> all)
    {
        var size = Size(question);
        var page = Math.Max(1, Read(question, "page", 1));
        var last = Math.Max(1, (all.Count + size - 1) / size);
        var links = new List<string>();
        if (page > 1)
        {
            links.Add(Link(question, Math.Min(page - 1, last), "prev"));
        }

        if (page < last)
        {
            links.Add(Link(question, page + 1, "next"));
            links.Add(Link(question, last, "last"));
        }

        if (page > 1)
        {
            links.Add(Link(question, 1, "first"));
        }

        return (all.Skip((page - 1) * size).Take(size).ToList(), links.Count == 0 ? [] : [("Link", string.Join(", ", links))]);
    }

    private static string Link(Question question, int page, string relation) => Link(question, "page", page.ToString(CultureInfo.InvariantCulture), relation);

    /// <summary>A link to the same list from another place on.</summary>
    public static string Link(Question question, string name, string value, string relation)
    {
        var query = question.Incoming.Query.Where(pair => pair.Key != name).Append(KeyValuePair.Create(name, value)).Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        return $"<{question.Incoming.Root}{question.Incoming.Path.TrimStart('/')}?{string.Join('&', query)}>; rel=\"{relation}\"";
    }

    private static int Read(Question question, string name, int otherwise) =>
        int.TryParse(question.Query(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
