using System.Management.Automation;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Reports;

namespace RotateSecrets.Commands;

/// <summary>Writes rotations down: as sections of a Markdown file, as JSON, or as a page.</summary>
[Cmdlet(VerbsData.Export, "RotationReport", DefaultParameterSetName = RotationSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed class ExportRotationReportCommand : RotationCommand
{
    private const string RotationSet = "Rotation";
    private const string IdSet = "Id";

    private readonly List<SecretRotation> rotations = [];

    /// <summary>The rotations, as Get-SecretRotation and Invoke-SecretRotation write them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = RotationSet)]
    public SecretRotation[] Rotation { get; set; } = [];

    /// <summary>The ids of the rotations.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>What it is written in. Default: what the file's name says: .md, .json, .html.</summary>
    [Parameter]
    public ReportFormat? Format { get; set; }

    /// <summary>Writes the file out.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == RotationSet)
        {
            rotations.AddRange(Rotation);
        }
        else if (TryAwait(Session.JournalAsync, out var journal))
        {
            foreach (var id in Id)
            {
                if (TryAwait(cancellation => journal.ReadAsync(id, cancellation), out var events))
                {
                    rotations.Add(SecretRotation.Of(id, events));
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var path = FilePath(Path);
        if (rotations.Count == 0)
        {
            return;
        }

        if ((Format ?? FormatOf(path)) is not { } format)
        {
            WriteFailure(new Failure(FailureCode.ValueInvalid, path, $"The name {System.IO.Path.GetFileName(path)} doesn't say what the report is written in.")
            {
                Remedy = "End it in .md, .json or .html, or say -Format.",
            });
            return;
        }

        try
        {
            var written = RotationReport.Write(format, rotations, File.Exists(path) ? File.ReadAllText(path) : null);
            if (!written.Succeeded(out var text, out var failure))
            {
                WriteFailure(failure);
            }
            else if (ShouldProcess(path, rotations.Count == 1 ? $"Write the report of {rotations[0]}" : $"Write the report of {rotations.Count} rotations"))
            {
                ReportFile.Write(path, text);
                if (PassThru)
                {
                    WriteObject(new FileInfo(path));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteFailure(ReportFile.FailureOf(path, e));
        }
    }

    private static ReportFormat? FormatOf(string path) => System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".MD" or ".MARKDOWN" => ReportFormat.Markdown,
        ".JSON" => ReportFormat.Json,
        ".HTML" or ".HTM" => ReportFormat.Html,
        _ => null,
    };
}
