using System.Collections;
using System.Management.Automation;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Puts a plan together, from parameters and from the consumers that are found, and writes it to a file.</summary>
[Cmdlet(VerbsCommon.New, "RotationPlan", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(RotationPlan))]
public sealed class NewRotationPlanCommand : RotationCommand
{
    /// <summary>The secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument Address { get; set; } = null!;

    /// <summary>The file to write, .psd1 or .json. Default: none is written.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>How the new value takes the old one's place. Default: whatever the store can do.</summary>
    [Parameter]
    public StrategyKind Strategy { get; set; }

    /// <summary>The format of the new value, as New-SecretValue's switches name them. Default: Hex.</summary>
    [Parameter]
    [ValidateSet("Hex", "Base64", "Base64Url", "Password", "Passphrase", "Guid", "Rsa", "Ecdsa", "Ed25519")]
    public string Format { get; set; } = ValueRecipe.Default.Format;

    /// <summary>What the format asks for, as New-SecretValue's parameters name it.</summary>
    [Parameter]
    public IDictionary FormatOption { get; set; } = new Hashtable();

    /// <summary>Pages that must answer before, while and after.</summary>
    [Parameter]
    public Uri[] Http { get; set; } = [];

    /// <summary>Pages that must let in a token signed with the new value, and refuse one signed with the old value in the end.</summary>
    [Parameter]
    public Uri[] Jwt { get; set; } = [];

    /// <summary>Patterns of the names of the consumers that take part. Default: all that are found.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Include { get; set; } = [];

    /// <summary>Patterns of the names of consumers that are left out.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    /// <summary>Looks up the consumers, and writes them into the plan in the order in which they should be restarted.</summary>
    [Parameter]
    public SwitchParameter Discover { get; set; }

    /// <summary>Who answers for the secret.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    /// <summary>Plan files of the secrets that are derived from this one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Derived { get; set; } = [];

    /// <summary>For how long both values work after the new one was verified: seconds or a TimeSpan. Default: not at all.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Grace { get; set; }

    /// <summary>Where the value is held that can't be read back from its own store. For the strategy Overwrite.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SecretAddressCompleter))]
    public AddressArgument? HeldAt { get; set; }

    /// <summary>For workflows: the file name of the workflow that shows whether the value works.</summary>
    [Parameter]
    [ValidatePattern(@"^[^/\\]+\.ya?ml$")]
    public string? Workflow { get; set; }

    /// <summary>What that workflow is given, by the names of its inputs.</summary>
    [Parameter]
    public IDictionary WorkflowInput { get; set; } = new Hashtable();

    /// <summary>What becomes of runs that began with the old value. Default: they are waited for.</summary>
    [Parameter]
    public RunDrainMode Drain { get; set; }

    /// <summary>Changes references in workflows by a commit at once. Default: by a pull request, which somebody has to accept.</summary>
    [Parameter]
    public SwitchParameter Direct { get; set; }

    /// <summary>Lets the old value be overwritten although nobody could put it back.</summary>
    [Parameter]
    public SwitchParameter AllowIrreversible { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!Address.Address.Succeeded(out var address, out var failure) || (HeldAt is not null && HeldAt.Address.Failed(out failure, out _)))
        {
            WriteFailure(failure);
            return;
        }

        if (HeldAt is not null && Strategy != StrategyKind.Overwrite)
        {
            WriteFailure(new Failure(FailureCode.ValueInvalid, address.ToString(), "-HeldAt belongs to the strategy Overwrite; the others need no copy.") { Remedy = "Say -Strategy Overwrite." });
            return;
        }

        if (WorkflowInput.Count > 0 && Workflow is null)
        {
            WriteFailure(new Failure(FailureCode.ValueInvalid, address.ToString(), "-WorkflowInput belongs to a workflow, and none is named.") { Remedy = "Name it with -Workflow." });
            return;
        }

        var plan = new RotationPlan(address)
        {
            Strategy = Strategy,
            Value = new ValueRecipe(Format, Options()),
            Consumers = new ConsumerSelection(Include, Exclude, Discover ? Waves(address) : []),
            Probes = [.. Http.Select(static page => new ProbeRecipe(ProbeKind.Http, page)), .. Jwt.Select(static page => new ProbeRecipe(ProbeKind.Jwt, page))],
            Runs = Runs(),
            Owner = Owner,
            Derived = [.. Derived.Select(FilePath)],
            Grace = Grace,
            AllowIrreversible = AllowIrreversible,
            HeldAt = HeldAt is null ? null : HeldAt.Address.Succeeded(out var heldAt, out _) ? heldAt : null,
        };
        if (Path is null || Write(plan, FilePath(Path)))
        {
            WriteObject(Path is null ? plan : plan with { File = FilePath(Path) });
        }
    }

    private RunRequest? Runs() => Workflow is null && Drain == RunDrainMode.Await && !Direct ? null : new RunRequest
    {
        Workflow = Workflow,
        Inputs = WorkflowInput.Keys.Cast<object>().ToDictionary(
            static name => LanguagePrimitives.ConvertTo<string>(name), name => LanguagePrimitives.ConvertTo<string>(WorkflowInput[name]), StringComparer.Ordinal),
        Drain = Drain,
        Direct = Direct,
    };

    private Dictionary<string, string> Options() => FormatOption.Keys.Cast<object>().ToDictionary(
        static name => LanguagePrimitives.ConvertTo<string>(name), name => LanguagePrimitives.ConvertTo<string>(FormatOption[name]), StringComparer.OrdinalIgnoreCase);

    // Whoever can have both values goes before those who switch from one to the other.
    private IReadOnlyList<IReadOnlyList<string>> Waves(SecretAddress address)
    {
        var found = new List<Consumer>();
        DrainOutcomes(Session.Consumers.FindAsync(address, Cancellation), found.Add);
        return
        [
            .. found.GroupBy(static consumer => consumer.HoldsSeveral ? 0 : 1)
                .OrderBy(static wave => wave.Key)
                .Select(static wave => (IReadOnlyList<string>)[.. wave.Select(static consumer => consumer.Name).Distinct(StringComparer.Ordinal)]),
        ];
    }

    private bool Write(RotationPlan plan, string path)
    {
        if (File.Exists(path) && !Force)
        {
            WriteFailure(new Failure(FailureCode.VersionConflict, path, $"There is a file at {path} already.") { Remedy = "Say -Force to replace it." });
            return false;
        }

        if (!ShouldProcess(path, "Write the plan"))
        {
            return false;
        }

        try
        {
            File.WriteAllText(path, PlanFile.TextOf(plan, path));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteFailure(new Failure(FailureCode.AccessDenied, path, $"The plan can't be written to {path}."));
            return false;
        }
    }
}
