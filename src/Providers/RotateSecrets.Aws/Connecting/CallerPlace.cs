using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Connecting;

/// <summary>Where a connection's calls go, as far as ARNs tell: what they name has to be there.</summary>
/// <param name="Region">The region.</param>
/// <param name="Account">The account's number; null where the credentials don't tell.</param>
internal sealed record CallerPlace(string Region, string? Account)
{
    /// <summary>Said of an ARN of another region, in which nothing is asked; null of all else.</summary>
    public Failure? Flaw(SecretAddress address) => RegionAndAccountOf(address) is var (region, account) && region != Region
        ? new Failure(FailureCode.SecretNotFound, address.ToString(), $"{address.Store} is connected to {Region}, and the ARN is of {region}{(account == Account ? string.Empty : $" and the account {account}")}: it isn't looked for.")
        {
            Remedy = Remedy(region, account),
        }
        : null;

    /// <summary>A failure, with what the ARN has to do with it: another account's secret is neither found nor permitted unless its policy lets this one.</summary>
    public Failure Explain(Failure failure, SecretAddress address) =>
        failure.Code is FailureCode.SecretNotFound or FailureCode.AccessDenied && RegionAndAccountOf(address) is var (region, account) && account != Account
            ? failure with
            {
                Message = $"{failure.Message} Its ARN names the account {account}{(Account is null ? ": these credentials may be another account's" : $", and these credentials are of {Account}")}.",
                Remedy = Remedy(region, account),
            }
            : failure;

    private static (string Region, string Account)? RegionAndAccountOf(SecretAddress address) =>
        address.Path.Split(':', 7) is ["arn", _, _, { Length: > 0 } region, { Length: > 0 } account, ..] ? (region, account) : null;

    private static string Remedy(string region, string account) =>
        $"Connect that account under a name of its own, as in Connect-SecretStore -Aws -Region {region} -ProfileName <profile of {account}> -Name other, and write other:arn:...";
}
