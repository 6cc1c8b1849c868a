using System.Text.Json.Nodes;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Vault.Agents;

/// <summary>
/// Reads HCL as agents are configured in, into the JSON that stands for the same: a block is a list of maps under its name, and a label one map more. Source: the specification of HCL 1,
/// "Syntax" and "JSON". What it can't read it answers with the line; never with the text, which may hold a token.
/// </summary>
internal sealed class HclReader
{
    private const int DeepestNesting = 32;

    private readonly HclText text;
    private readonly string file;

    private HclReader(string source, string file)
    {
        text = new HclText(source);
        this.file = file;
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="source">The text.</param>
    /// <param name="file">The file, for failures.</param>
    public static Outcome<JsonObject> Read(string source, string file)
    {
        var reader = new HclReader(source, file);
        try
        {
            return reader.Body(isBlock: false, depth: 0);
        }
        catch (FormatException e)
        {
            return reader.Flaw(e.Message);
        }
    }

    private Failure Flaw(string what) => new(FailureCode.DocumentInvalid, file, FormattableString.Invariant($"{file}, line {text.Line}: {what}."))
    {
        Remedy = "See what the agent says of it; it refuses to start with it as well.",
    };

    private JsonObject Body(bool isBlock, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new FormatException("blocks are nested too deeply");
        }

        var body = new JsonObject();
        while (true)
        {
            text.SkipSpace(',');
            if (text.IsAtEnd)
            {
                return isBlock ? throw new FormatException("a block is not closed") : body;
            }

            if (isBlock && text.Take('}'))
            {
                return body;
            }

            var name = text.Name();
            text.SkipSpace();
            if (text.Take('=') || text.Take(':'))
            {
                text.SkipSpace();
                body[name] = Value(depth + 1);
                continue;
            }

            var block = Block(depth + 1);
            if (body[name] is JsonArray blocks)
            {
                blocks.Add(block);
            }
            else
            {
                body[name] = new JsonArray(block);
            }
        }
    }

    private JsonNode Block(int depth)
    {
        if (text.Take('{'))
        {
            return Body(isBlock: true, depth);
        }

        if (depth > DeepestNesting)
        {
            throw new FormatException("blocks are nested too deeply");
        }

        var label = text.Name();
        text.SkipSpace();
        return new JsonObject { [label] = new JsonArray(Block(depth + 1)) };
    }

    private JsonNode? Value(int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new FormatException("values are nested too deeply");
        }

        if (text.Take('{'))
        {
            return Body(isBlock: true, depth);
        }

        if (!text.Take('['))
        {
            return text.Scalar();
        }

        var list = new JsonArray();
        while (true)
        {
            text.SkipSpace(',');
            if (text.IsAtEnd)
            {
                throw new FormatException("a list is not closed");
            }

            if (text.Take(']'))
            {
                return list;
            }

            list.Add(Value(depth + 1));
        }
    }
}
