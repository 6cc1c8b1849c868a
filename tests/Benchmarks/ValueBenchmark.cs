using System.Management.Automation.Runspaces;
using System.Security.Cryptography;
using System.Text;
using RotateSecrets.Secrets;

namespace RotateSecrets.Benchmarks;

/// <summary>100,000 hex values through the pipeline, against a bare loop that fills and encodes as many buffers and wraps each.</summary>
internal sealed class ValueBenchmark : Benchmark, IDisposable
{
    private const int Count = 100_000;

    private readonly Runspace runspace = BuiltModule.Open();

    public ValueBenchmark() => runspace.Run("Import-Module $args[0]", BuiltModule.Manifest);

    public override string Compared => "New-SecretValue -Count 100000 through a pipeline / a bare loop that makes and wraps as many";

    public override string Bound => "<= 2.000";

    public override bool Holds(double ratio) => ratio <= 2;

    public void Dispose() => runspace.Dispose();

    protected override double Ratio(TimeSpan ours, TimeSpan theirs) => ours / theirs;

    protected override void Ours() => runspace.Run($"New-SecretValue -Count {Count} | Out-Null");

    protected override void Theirs()
    {
        SecretValue? last = null;
        for (var i = 0; i < Count; i++)
        {
            last = SecretValue.Create(64, static digits =>
            {
                Span<byte> random = stackalloc byte[32];
                RandomNumberGenerator.Fill(random);
                Encoding.ASCII.GetBytes(Convert.ToHexStringLower(random), digits);
            });
        }

        GC.KeepAlive(last);
    }
}
