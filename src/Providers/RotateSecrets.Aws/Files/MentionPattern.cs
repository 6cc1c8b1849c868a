using System.Text.RegularExpressions;
using RotateSecrets.Aws.Store;

namespace RotateSecrets.Aws.Files;

/// <summary>Finds in a line of text what names a secret: its ARN, a dynamic reference of CloudFormation, or its bare name.</summary>
internal abstract class MentionPattern
{
    // What a secret's or a parameter's name is made of, and what stands behind it: a field, a label, a version. Source: CreateSecret and PutParameter of the API references.
    private const string NameAndRest = "(?<name>[A-Za-z0-9/_+=.@!-]+)(?<rest>(:[A-Za-z0-9/_+=.@!-]*)*)";

    private readonly Regex pattern;

    private protected MentionPattern(string arn, string dynamic) =>
        pattern = new Regex($@"((?<dynamic>\{{\{{resolve:{dynamic}:)({arn})?|{arn}){NameAndRest}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant);

    public static MentionPattern SecretsManager { get; } = new OfSecrets();

    public static MentionPattern ParameterStore { get; } = new OfParameters();

    /// <summary>Finds what names a secret.</summary>
    /// <param name="line">The line.</param>
    /// <param name="wanted">The secret's name; null for any secret, which only an ARN or a dynamic reference tells from other text.</param>
    /// <param name="account">The account that it is in; null where that isn't known.</param>
    public IEnumerable<SecretMention> Find(string line, string? wanted, string? account)
    {
        var past = 0;
        foreach (var match in MayHold(line) ? pattern.Matches(line).AsEnumerable() : [])
        {
            foreach (var bare in Bare(line[..match.Index], wanted, past))
            {
                yield return bare;
            }

            past = match.Index + match.Length;
            var isOthers = account is not null && match.Groups["account"] is { Length: > 0 } written && written.Value != account;
            if (!isOthers && NameOf(match, wanted) is { } name)
            {
                var mention = new SecretMention(name, match.Index)
                {
                    IsDynamic = match.Groups["dynamic"].Success,
                    IsOfTask = line.IndexOf("valueFrom", StringComparison.OrdinalIgnoreCase) is var key && key >= 0 && key < match.Index,
                };
                yield return Narrow(mention, match.Groups["rest"].Value.Split(':')[1..]);
            }
        }

        foreach (var bare in Bare(line, wanted, past))
        {
            yield return bare;
        }
    }

    /// <summary>The name that an ARN or a dynamic reference holds, as the store has it; null where it is another secret's than is wanted.</summary>
    private protected abstract string? NameOf(Match match, string? wanted);

    /// <summary>A mention with what stands behind the name.</summary>
    private protected abstract SecretMention Narrow(SecretMention mention, string[] rest);

    private static bool MayHold(string line) => line.Contains("arn:aws", StringComparison.Ordinal) || line.Contains("{{resolve:", StringComparison.Ordinal);

    private static string? At(string[] parts, int index) => index < parts.Length && parts[index].Length > 0 ? parts[index] : null;

    private static IEnumerable<SecretMention> Bare(string line, string? wanted, int from)
    {
        for (var at = wanted is null ? -1 : line.IndexOf(wanted, from, StringComparison.Ordinal); at >= 0; at = line.IndexOf(wanted!, at + 1, StringComparison.Ordinal))
        {
            var rest = line.AsSpan(at + wanted!.Length);
            if ((at == 0 || !IsPartOfName(line[at - 1])) && Ends(rest) && (wanted.Contains('/', StringComparison.Ordinal) || !IsKey(rest)))
            {
                yield return new SecretMention(wanted, at);
            }
        }
    }

    // '=' and '+' may be part of a name, and far more often stand between a setting and its value.
    private static bool IsPartOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '.' or '@';

    private static bool Ends(ReadOnlySpan<char> rest) => rest is [] || !IsPartOfName(rest[0]) || rest is ['.'] || (rest[0] == '.' && !IsPartOfName(rest[1]));

    // A plain word is a setting's name as often as a secret's.
    private static bool IsKey(ReadOnlySpan<char> rest) => rest.TrimStart("\"' \t") is [':' or '=', ..];

    private sealed class OfSecrets() : MentionPattern("arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:(?<account>[0-9]*):secret:", "secretsmanager")
    {
        private protected override string? NameOf(Match match, string? wanted)
        {
            var written = match.Groups["name"].Value;
            var isArn = match.Groups["account"].Success;
            return wanted is null ? isArn ? SecretName.Of($"arn:aws:secretsmanager:::secret:{written}") : written
                : (isArn ? SecretName.EndsArnOf(written, wanted) : written == wanted) ? wanted
                : null;
        }

        // {{resolve:secretsmanager:id:SecretString:field:label:version}}, and id:field:label:version in a task definition. Sources: the user guides of CloudFormation and ECS.
        private protected override SecretMention Narrow(SecretMention mention, string[] rest)
        {
            var first = mention.IsDynamic ? 1 : 0;
            return mention with { Field = At(rest, first), Label = At(rest, first + 1), Version = At(rest, first + 2) };
        }
    }

    private sealed class OfParameters() : MentionPattern("arn:aws[a-z-]*:ssm:[a-z0-9-]*:(?<account>[0-9]*):parameter", "ssm(-secure)?")
    {
        // The ARN of /a/b ends in parameter/a/b, and that of a in parameter/a.
        private protected override string? NameOf(Match match, string? wanted)
        {
            var written = match.Groups["name"].Value;
            return wanted is null || written == wanted || (match.Groups["account"].Success && written == $"/{wanted}") ? wanted ?? written : null;
        }

        private protected override SecretMention Narrow(SecretMention mention, string[] rest) => At(rest, 0) switch
        {
            null => mention,
            var version when version.All(char.IsAsciiDigit) => mention with { Version = version },
            var label => mention with { Label = label },
        };
    }
}
