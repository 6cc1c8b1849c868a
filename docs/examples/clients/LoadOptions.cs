using System.Globalization;

namespace Examples.Clients;

/// <summary>What the command line asks for.</summary>
/// <param name="Endpoints">The replicas.</param>
/// <param name="SecretFile">The file with the secret that callers use now.</param>
/// <param name="Summary">The file that the count is written to.</param>
/// <param name="Workers">The largest number of requests in flight.</param>
/// <param name="Rate">Requests a second, all in all.</param>
internal sealed record LoadOptions(IReadOnlyList<Uri> Endpoints, string SecretFile, string Summary, int Workers, int Rate)
{
    public const string Usage =
        "usage: clients --endpoint <uri> [--endpoint <uri> ...] --secret-file <path> --summary <path> [--workers 8] [--rate 400]";

    /// <summary>EX_USAGE of sysexits.h.</summary>
    public const int UsageExitCode = 64;

    public static LoadOptions? Parse(string[] args)
    {
        var endpoints = new List<Uri>();
        var options = new LoadOptions(endpoints, "", "", Workers: 8, Rate: 400);
        foreach (var pair in args.Chunk(2))
        {
            switch (pair)
            {
                case ["--endpoint", var text] when Uri.TryCreate(text, UriKind.Absolute, out var endpoint):
                    endpoints.Add(endpoint);
                    break;
                case ["--secret-file", var path]:
                    options = options with { SecretFile = path };
                    break;
                case ["--summary", var path]:
                    options = options with { Summary = path };
                    break;
                case ["--workers", var text] when IsPositive(text, out var workers):
                    options = options with { Workers = workers };
                    break;
                case ["--rate", var text] when IsPositive(text, out var rate):
                    options = options with { Rate = rate };
                    break;
                default:
                    return null;
            }
        }

        return endpoints.Count > 0 && options.SecretFile.Length > 0 && options.Summary.Length > 0 ? options : null;
    }

    private static bool IsPositive(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
