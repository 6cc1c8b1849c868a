using System.Globalization;
using System.Text;

namespace RotateSecrets.Peers.GitHub.Shapes;

/// <summary>Where answers say that things are.</summary>
/// <param name="Api">The API's address, with a slash at its end.</param>
internal sealed record Places(string Api)
{
    private const string Web = "https://github.com/";

    public string Of(string path) => Api + path;

    public static string Page(string path) => Web + path;

    /// <summary>An id as GraphQL has it.</summary>
    public static string Node(string type, long id) => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"0{type.Length}:{type}{id}")));

    /// <summary>A moment as GitHub writes it: in whole seconds.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
