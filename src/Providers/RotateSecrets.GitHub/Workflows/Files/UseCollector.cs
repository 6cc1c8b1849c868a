using RotateSecrets.GitHub.Workflows.Expressions;
using RotateSecrets.GitHub.Workflows.Yaml;

namespace RotateSecrets.GitHub.Workflows.Files;

/// <summary>Collects the uses of a context. It looks where GitHub evaluates expressions, and takes conditions for expressions without braces too.</summary>
/// <param name="context">The context.</param>
internal sealed class UseCollector(string context)
{
    // Aliases of aliases unfold without end.
    private const int Most = 200_000;
    private const int Deepest = 200;

    private readonly List<SecretUse> uses = [];
    private int visited;

    /// <summary>Whether there was too much to look at.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>What was collected since the last time.</summary>
    public IReadOnlyList<SecretUse> Taken()
    {
        var taken = uses.ToArray();
        uses.Clear();
        return taken;
    }

    /// <summary>Collects from whatever hangs on a node.</summary>
    public void Collect(YamlNode node, SecretUse? about = null, int depth = 0)
    {
        if (IsExhausted || ++visited > Most || depth > Deepest)
        {
            IsExhausted = true;
            return;
        }

        switch (node)
        {
            case YamlScalar scalar:
                Take(scalar, about, isBare: false);
                break;
            case YamlList list:
                foreach (var item in list.Items)
                {
                    Collect(item, about, depth + 1);
                }

                break;
            case YamlMap map:
                foreach (var (key, value) in map.Entries)
                {
                    Take(key, about, isBare: false);
                    Collect(value, about, depth + 1);
                }

                break;
        }
    }

    /// <summary>Collects from a job.</summary>
    public void CollectJob(YamlMap job)
    {
        foreach (var (key, value) in job.Entries)
        {
            switch (key.Word)
            {
                case "steps" when value is YamlList steps:
                    CollectSteps(steps);
                    break;
                case "if" when value is YamlScalar condition:
                    Take(condition, null, isBare: true);
                    break;
                case "secrets" when value is YamlMap secrets:
                    foreach (var (name, handed) in secrets.Entries)
                    {
                        Collect(handed, Blank with { HandedAs = name.Text });
                    }

                    break;
                default:
                    Collect(value);
                    break;
            }
        }
    }

    /// <summary>Collects from the steps of a job or of a composite action.</summary>
    public void CollectSteps(YamlList steps)
    {
        foreach (var step in steps.Items)
        {
            if (step is not YamlMap map)
            {
                Collect(step);
                continue;
            }

            var about = Blank with { Variables = map["env"] as YamlMap };
            foreach (var (key, value) in map.Entries)
            {
                switch (key.Word)
                {
                    case "if" when value is YamlScalar condition:
                        Take(condition, about, isBare: true);
                        break;
                    case "with" when value is YamlMap inputs && map["uses"] is YamlScalar action:
                        foreach (var (name, given) in inputs.Entries)
                        {
                            Collect(given, given is YamlScalar { MayHoldExpression: false } ? about : about with { Action = action.Text, Input = name.Text });
                        }

                        break;
                    default:
                        Collect(value, about);
                        break;
                }
            }
        }
    }

    private static SecretUse Blank { get; } = new(new YamlScalar(string.Empty, 0, ScalarStyle.Plain), new ContextUse(UseKind.Whole, 0, null, 0, 0, null));

    private void Take(YamlScalar scalar, SecretUse? about, bool isBare)
    {
        if ((!isBare && !scalar.MayHoldExpression) || !scalar.MayName(context))
        {
            return;
        }

        foreach (var use in ContextUse.Find(scalar.Text, isBare, context))
        {
            uses.Add((about ?? Blank) with { Scalar = scalar, Use = use });
        }
    }
}
