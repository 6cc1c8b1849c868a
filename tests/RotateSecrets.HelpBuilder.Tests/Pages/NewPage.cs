using System.Globalization;
using RotateSecrets.HelpBuilder.Source;

namespace RotateSecrets.HelpBuilder.Tests.Pages;

/// <summary>The page of a cmdlet that has none yet: all that its metadata tells, and a mark at all that a person has to say.</summary>
internal static class NewPage
{
    public static string Of(CmdletShape cmdlet, DateTimeOffset now, string path) => new PageUpdate(
        SourceFile.Of(path, string.Create(CultureInfo.InvariantCulture,
            $$$$"""
            ---
            document type: cmdlet
            external help file: {{{{CommandPage.HelpFile}}}}
            HelpUri: ''
            Locale: en-US
            Module Name: {{{{CommandPage.Module}}}}
            ms.date: {{{{now:MM/dd/yyyy}}}}
            PlatyPS schema version: 2024-05-01
            title: {{{{cmdlet.Name}}}}
            ---

            # {{{{cmdlet.Name}}}}

            ## SYNOPSIS

            {{ Fill in the Synopsis }}

            ## SYNTAX

            ## ALIASES

            ## DESCRIPTION

            {{ Fill in the Description }}

            ## EXAMPLES

            ### Example 1: {{ Fill in the Title }}

            {{ Fill in what it shows }}

            ```powershell
            {{ Fill in the Code }}
            ```

            ### Example 2: {{ Fill in the Title }}

            {{ Fill in what it shows }}

            ```powershell
            {{ Fill in the Code }}
            ```

            ## PARAMETERS

            ### {{{{CommandPageReader.CommonParameters}}}}

            This cmdlet supports the common parameters: -Debug, -ErrorAction, -ErrorVariable,
            -InformationAction, -InformationVariable, -OutBuffer, -OutVariable, -PipelineVariable,
            -ProgressAction, -Verbose, -WarningAction, and -WarningVariable. For more information, see
            [about_CommonParameters](https://go.microsoft.com/fwlink/?LinkID=113216).

            ## INPUTS

            {{{{Types(cmdlet.Inputs)}}}}## OUTPUTS

            {{{{Types(cmdlet.Outputs)}}}}## NOTES

            ## RELATED LINKS

            """)),
        cmdlet).Text;

    private static string Types(IEnumerable<string> types) =>
        string.Concat(types.DefaultIfEmpty("None").Select(static type => $"### {type}\n\n{{{{ Fill in the Description }}}}\n\n"));
}
