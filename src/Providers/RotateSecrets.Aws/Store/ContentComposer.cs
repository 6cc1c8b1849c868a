using RotateSecrets.Aws.Values;
using RotateSecrets.Aws.Versions;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;

namespace RotateSecrets.Aws.Store;

/// <summary>Puts together the whole value that is written.</summary>
/// <param name="reader">Reads what is there.</param>
internal sealed class ContentComposer(SecretReader reader)
{
    /// <summary>The whole value that a request leads to. The caller disposes of it.</summary>
    public static Outcome<SecretContent> Compose(PutRequest request, SecretContent? whole)
    {
        var address = request.Address;
        if (whole is { IsBinary: true } && whole.FieldFlaw(address) is { } flaw)
        {
            return flaw;
        }

        SecretContent content;
        if (address.Field is null)
        {
            content = SecretContent.Write(request.Value, whole?.IsBinary == true);
        }
        else if (JsonFields.Replace(whole?.Value, address.Field, request.Value, address).Succeeded(out var merged, out var failure))
        {
            content = new SecretContent(merged, IsBinary: false);
        }
        else
        {
            return failure;
        }

        if (content.Value.Length <= SecretContent.Longest)
        {
            return content;
        }

        var length = content.Value.Length;
        content.Dispose();
        return new Failure(
            FailureCode.ValueInvalid, address.ToString(), $"The value for {address.Store}:{address.Path} has {length} bytes; Secrets Manager takes {SecretContent.Longest}.");
    }

    /// <summary>
    /// The value that is current: the rest of a JSON object has to be known to be kept, and whether the secret is text or binary to stay what its readers expect.
    /// </summary>
    public async Task<CurrentContent> CurrentAsync(SecretAddress address, SecretView view, CancellationToken cancellation)
    {
        if (view.Current is not { } current)
        {
            return new CurrentContent(null, null);
        }

        var read = await reader.ReadAsync(address, VersionSelector.OfId(current.Id), cancellation);
        if (read.Succeeded(out var found, out var failure))
        {
            return new CurrentContent(found.Content, null);
        }

        // Who may write and not read can still write a whole value.
        return failure.Code is FailureCode.AccessDenied or FailureCode.VersionNotFound && address.Field is null
            ? new CurrentContent(null, null)
            : new CurrentContent(null, failure);
    }
}

/// <summary>The value that is current, or why it can't be had; neither where there is none, or it need not be known.</summary>
/// <param name="Content">The value.</param>
/// <param name="Failure">Why it can't be had.</param>
internal sealed record CurrentContent(SecretContent? Content, Failure? Failure) : IDisposable
{
    public void Dispose() => Content?.Dispose();
}
