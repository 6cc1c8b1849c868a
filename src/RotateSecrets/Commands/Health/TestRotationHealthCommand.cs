using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Text.RegularExpressions;
using RotateSecrets.Binding;
using RotateSecrets.Consumers;
using RotateSecrets.Health;
using RotateSecrets.Outcomes;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets;

namespace RotateSecrets.Commands;

/// <summary>Checks that services are well, that tokens signed with the new secret are accepted and that those signed with an old one are refused.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RotationHealth")]
[OutputType(typeof(HealthReport), typeof(bool))]
public sealed class TestRotationHealthCommand : RotationCommand
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(2);

    private readonly List<Consumer> consumers = [];
    private readonly List<SecretVersion> versions = [];

    /// <summary>Consumers, or what Restart-Consumer wrote: each instance is asked where the consumer declares it.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public Consumer[] Consumer { get; set; } = [];

    /// <summary>The versions that this vouches for. Consumers that were found for a version bring it along. When all checks pass, the journal remembers it.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public SecretVersion?[]? Version { get; set; }

    /// <summary>Pages that must answer.</summary>
    [Parameter(Position = 0)]
    public Uri[] Http { get; set; } = [];

    /// <summary>The status that the pages must have. Default: any from 200 to 299.</summary>
    [Parameter]
    [ValidateRange(100, 599)]
    public int? Status { get; set; }

    /// <summary>A regular expression that the pages' text must match. Default: anything.</summary>
    [Parameter]
    public Regex? Match { get; set; }

    /// <summary>The longest time that a page may take: seconds or a TimeSpan. Default: as long as the deadline allows.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? MaximumLatency { get; set; }

    /// <summary>Pages that ask for a bearer token.</summary>
    [Parameter]
    public Uri[] Jwt { get; set; } = [];

    /// <summary>Secrets: a token signed with one (HS256) must be let in by every page of -Jwt.</summary>
    [Parameter]
    [AllowNull]
    [SecretValueTransformation]
    public SecretValue?[]? Accepted { get; set; }

    /// <summary>Secrets: a token signed with one (HS256) must be refused, with status 401 or 403, by every page of -Jwt.</summary>
    [Parameter]
    [AllowNull]
    [SecretValueTransformation]
    public SecretValue?[]? Refused { get; set; }

    /// <summary>Claims that the service asks for in a token. Default: sub is rotatesecrets-probe.</summary>
    [Parameter]
    public IDictionary Claim { get; set; } = new Hashtable { ["sub"] = "rotatesecrets-probe" };

    /// <summary>Sees of each consumer, as the system that runs it tells: its roll-out is complete, its instances are ready, and none keeps being restarted.</summary>
    [Parameter]
    public SwitchParameter Workload { get; set; }

    /// <summary>How long each check may take: seconds or a TimeSpan. Default: 10 seconds.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Answers with true or false alone.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        consumers.AddRange(Consumer);
        versions.AddRange((Version ?? []).OfType<SecretVersion>());
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!(Accepted ?? []).Concat(Refused ?? []).All(IsUsable))
        {
            return;
        }

        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        IHealthProbe[] probes = [.. HttpProbes(client), .. JwtProbes(client), .. WorkloadProbes()];
        if (probes.Length == 0)
        {
            WriteFailure(new Failure(FailureCode.ProbeFailed, "probes", "There is nothing to check.")
            {
                Remedy = "Name pages with -Http or -Jwt (and -Accepted or -Refused), or pipe consumers that declare where they tell about their health, or workloads with -Workload.",
            });
            return;
        }

        if (TryAwait(cancellation => CheckAsync(probes, cancellation), out var report))
        {
            WriteObject(Quiet ? report.Passed : report);
        }
    }

    private IEnumerable<IHealthProbe> HttpProbes(HttpClient client) => consumers
        .SelectMany(static consumer => consumer.Health)
        .Distinct()
        .Select(IHealthProbe (page) => new HttpProbe(client, page, Session.Time))
        .Concat(Http.Select(page => new HttpProbe(client, page, Session.Time)
        {
            Status = (HttpStatusCode?)Status,
            Body = Match is null ? null : new Regex(Match.ToString(), Match.Options, PatternTimeout),
            MaximumLatency = MaximumLatency,
        }));

    private IEnumerable<IHealthProbe> JwtProbes(HttpClient client)
    {
        var claims = Claim.Keys.Cast<object>().ToDictionary(
            static key => LanguagePrimitives.ConvertTo<string>(key),
            key => Claim[key] is PSObject wrapped ? wrapped.BaseObject : Claim[key]!,
            StringComparer.Ordinal);
        return
            from page in Jwt
            from expected in Expected(Accepted, JwtExpectation.Accepted).Concat(Expected(Refused, JwtExpectation.Refused))
            select new JwtProbe(client, page, expected.Secret, expected.Expectation, Session.Time) { Claims = claims };
    }

    private IEnumerable<IHealthProbe> WorkloadProbes() => !Workload
        ? []
        : consumers.DistinctBy(static consumer => consumer.Id, StringComparer.Ordinal).SelectMany(consumer =>
            Session.Consumers.ControlOf(consumer).Succeeded(out var control, out _) && control is IConsumerHealth health ? health.ProbesOf(consumer) : []);

    private static IEnumerable<(SecretValue Secret, JwtExpectation Expectation)> Expected(SecretValue?[]? secrets, JwtExpectation expectation) =>
        (secrets ?? []).OfType<SecretValue>().Select(secret => (secret, expectation));

    private async Task<Outcome<HealthReport>> CheckAsync(IHealthProbe[] probes, CancellationToken cancellation)
    {
        var report = await HealthCheck.RunAsync(probes, Deadline, Session.Time, cancellation) with
        {
            Versions = [.. versions.DistinctBy(static version => (version.Address, version.Id))],
        };
        if (report.Passed && report.Versions.Count > 0)
        {
            if (!(await Session.JournalAsync(cancellation)).Succeeded(out var journal, out var failure))
            {
                return failure;
            }

            foreach (var version in report.Versions)
            {
                if ((await RecordAsync(journal, version, report, cancellation)).Failed(out var unrecorded, out _))
                {
                    return unrecorded;
                }
            }
        }

        return report;
    }

    private async Task<Outcome<Verification>> RecordAsync(
        IRotationJournal journal, SecretVersion version, HealthReport report, CancellationToken cancellation) =>
        Session.StoreOf(version.Address).Succeeded(out var store, out var failure)
            ? await journal.RecordAsync(
                new Verification(
                    store.Description.Location,
                    version,
                    report.StartedAt,
                    string.Join("; ", report.Probes.Select(static probe => $"{probe.Probe} {probe.Target}: {probe.Evidence}"))),
                cancellation)
            : failure;
}
