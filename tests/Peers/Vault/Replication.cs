using System.Globalization;
using System.Text;

namespace RotateSecrets.Peers.Vault;

/// <summary>
/// What the answering node knows of what the active one wrote. Its answers are those of Vault Enterprise's page "Eventual consistency": whoever names no state reads what was before; whoever names one that isn't
/// there yet is handed on to the active node, if he asks for that and the node can, and else gets status 412.
/// </summary>
public sealed class Replication
{
    private ulong written;
    private ulong applied;
    private int left;

    /// <summary>Whether the server tells its states at all, as Vault Enterprise and OpenBao do.</summary>
    public bool IsTold { get; set; }

    /// <summary>How many requests come too early after a write.</summary>
    public int Lag { get; set; }

    /// <summary>Whether the node can hand requests on: a performance standby can, a secondary cluster can't.</summary>
    public bool Forwards { get; set; } = true;

    /// <summary>The state of the last write, as the header has it.</summary>
    public string Header => Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"v1:cluster:{written}:0:{new string('0', 64)}")));

    /// <summary>Reads what a request says that it has seen: the highest local index.</summary>
    public static ulong? Read(IEnumerable<string?> headers)
    {
        var seen = headers.OfType<string>().Select(static header => Encoding.UTF8.GetString(Convert.FromBase64String(header)).Split(':'))
            .Select(static parts => parts is ["v1", "cluster", var local, ..] ? ulong.Parse(local, CultureInfo.InvariantCulture) : 0).ToList();
        return seen.Count == 0 ? null : seen.Max();
    }

    /// <summary>Something was written.</summary>
    public void Write()
    {
        written++;
        left = Lag;
    }

    /// <summary>What stands in for the answer to a read that comes too early; null where it doesn't.</summary>
    public VaultAnswer? TooEarly(VaultQuestion question)
    {
        if (!IsTold || left-- <= 0)
        {
            applied = written;
        }

        return applied >= (question.Required ?? written) ? null
            : question.Required is null ? VaultAnswer.Error(404)
            : question.MayBeForwarded && Forwards ? null
            : VaultAnswer.Error(412, "required index state not present");
    }
}
