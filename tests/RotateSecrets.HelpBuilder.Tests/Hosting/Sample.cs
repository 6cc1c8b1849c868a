namespace RotateSecrets.HelpBuilder.Tests.Hosting;

/// <summary>Pages that use all that the format has.</summary>
internal static class Sample
{
    public const string Module =
        """
        function Set-Sample {
            # .EXTERNALHELP RotateSecrets.dll-Help.xml
            [CmdletBinding()] param()
        }
        """;

    public const string Command =
        """
        ---
        document type: cmdlet
        external help file: RotateSecrets.dll-Help.xml
        HelpUri: https://example.org/Set-Sample
        Locale: en-US
        Module Name: RotateSecrets
        ms.date: 01/31/2026
        PlatyPS schema version: 2024-05-01
        title: Set-Sample
        ---

        # Set-Sample

        ## SYNOPSIS

        Sets a `sample` & **more**.

        ## SYNTAX

        ### ByName (Default)

        ```
        Set-Sample [-Name] <string[]> [[-Stage] <Stage>] [-Force] [<CommonParameters>]
        ```

        ### ById

        ```
        Set-Sample -Id <int> [[-Stage] <Stage>] [<CommonParameters>]
        ```

        ## ALIASES

        This cmdlet has the following aliases,
          Sample

        ## DESCRIPTION

        The first paragraph is
        one long line, with a [link](https://example.org) and a [page](Get-Sample.md).

        1. one
        2. two
           - nested

        | Stage   | Means |
        | ------- | ----- |
        | Pending | <not> |

        ```
        code  as it is
          indented
        ```

        ## EXAMPLES

        ### Example 1: Set one

        This comes before the code.

        ```powershell
        $sample = 'a'
        Set-Sample -Name $sample
        ```

        ```Output
        Name  Stage
        a     Pending
        ```

        This comes after it.

        ### Example 2: Set another

        ```powershell
        Set-Sample b
        ```

        ## PARAMETERS

        ### -Force

        Sets it all the same.

        ```yaml
        Type: System.Management.Automation.SwitchParameter
        DefaultValue: False
        SupportsWildcards: false
        Aliases: []
        ParameterSets:
        - Name: ByName
          Position: Named
          IsRequired: false
          ValueFromPipeline: false
          ValueFromPipelineByPropertyName: false
          ValueFromRemainingArguments: false
        DontShow: false
        AcceptedValues: []
        HelpMessage: ''
        ```

        ### -Id

        Its number.

        ```yaml
        Type: System.Int32
        DefaultValue: ''
        SupportsWildcards: false
        Aliases: []
        ParameterSets:
        - Name: ById
          Position: Named
          IsRequired: true
          ValueFromPipeline: false
          ValueFromPipelineByPropertyName: true
          ValueFromRemainingArguments: false
        DontShow: false
        AcceptedValues: []
        HelpMessage: ''
        ```

        ### -Name

        Its name.

        ```yaml
        Type: System.String[]
        DefaultValue: '*'
        SupportsWildcards: true
        Aliases:
        - N
        - Nickname
        ParameterSets:
        - Name: ByName
          Position: 0
          IsRequired: true
          ValueFromPipeline: true
          ValueFromPipelineByPropertyName: true
          ValueFromRemainingArguments: false
        DontShow: false
        AcceptedValues: []
        HelpMessage: ''
        ```

        ### -Stage

        Its stage:

        - first
        - second

        ```yaml
        Type: RotateSecrets.Secrets.SecretStage
        DefaultValue: Pending
        SupportsWildcards: false
        Aliases: []
        ParameterSets:
        - Name: (All)
          Position: 1
          IsRequired: false
          ValueFromPipeline: false
          ValueFromPipelineByPropertyName: false
          ValueFromRemainingArguments: false
        DontShow: false
        AcceptedValues:
        - Pending
        - Current
        HelpMessage: ''
        ```

        ### CommonParameters

        This cmdlet supports the common parameters.

        ## INPUTS

        ### System.String

        A name.

        ## OUTPUTS

        ### None

        ## NOTES

        Mind this.

        ## RELATED LINKS

        - [Get-Sample](Get-Sample.md)
        - [The standard](https://example.org/standard)
        """;

    public const string Topic =
        """
        # about_Sample

        ## Short description

        Explains samples.

        ## Long description

        This paragraph is long enough that it has to be wrapped at the eightieth column, as plain text is.

        - an item of a list, which is just as long, so that its second line has to be set in as far as the first

        ```powershell
        Get-Sample |
            Set-Sample
        ```

        ### A part

        It has its own heading.

        ## See also

        - [Set-Sample](Set-Sample.md)
        """;

    public static IReadOnlyDictionary<string, string> Pages { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Set-Sample.md"] = Command,
        ["about_Sample.md"] = Topic,
    };
}
