using RotateSecrets.Local;
using RotateSecrets.Local.Journal;
using RotateSecrets.Local.KeyPairs;
using RotateSecrets.Local.Keys;
using RotateSecrets.Local.Replicas;
using RotateSecrets.Local.Services;
using RotateSecrets.Local.Store;
using RotateSecrets.Local.Units;
using RotateSecrets.Outcomes;
using RotateSecrets.Providers;
using RotateSecrets.Rotation;
using RotateSecrets.Secrets.Generation;

[assembly: Provider(typeof(LocalProvider))]

namespace RotateSecrets.Local;

/// <summary>
/// This machine: the embedded store, the journal, and the services that a services file declares. Its location is the store's file; its settings are
/// <c>KeyFile</c> (default: the store's file with <c>.key</c> behind it) and <c>ServicesFile</c> (any number; default: none); its credential is a passphrase.
/// </summary>
public sealed class LocalProvider : IProvider, IJournalProvider, IEd25519Source
{
    private const string KeyFileSetting = "KeyFile";
    private const string ServicesFileSetting = "ServicesFile";

    /// <inheritdoc/>
    public async Task<Outcome<Connection>> ConnectAsync(ConnectionRequest request, CancellationToken cancellation)
    {
        if (request.Settings.Keys.FirstOrDefault(static name => !IsKnown(name)) is { } unknown)
        {
            return new Failure(FailureCode.ValueInvalid, unknown, $"The Local provider has no setting '{unknown}'.")
            {
                Remedy = $"It has {KeyFileSetting} and {ServicesFileSetting}.",
            };
        }

        var keyFile = request.Settings.TryGetValue(KeyFileSetting, out var named) ? named[^1] : request.Location + ".key";
        var source = new KeySource(keyFile, request.Credential);
        var services = request.Settings.TryGetValue(ServicesFileSetting, out var files) ? files : [];
        foreach (var path in services)
        {
            if (ServicesFile.Load(path).Failed(out var invalid, out _))
            {
                return invalid;
            }
        }

        return (await LocalStore.OpenAsync(request.Name, request.Location, source, request.Time, cancellation)).Map(
            store => new Connection(store)
            {
                Sources = [.. services.Select(static path => new ServiceConsumerSource(path))],
                Controls = [new ProcessConsumerControl(request.Time), new UnitConsumerControl(request.Time)],
            });
    }

    /// <inheritdoc/>
    public async Task<Outcome<IRotationJournal>> OpenJournalAsync(string path, TimeProvider time, CancellationToken cancellation) =>
        (await SqliteJournal.OpenAsync(path, time, cancellation)).Map<IRotationJournal>(static journal => journal);

    /// <inheritdoc/>
    public (byte[] PrivateKey, byte[] PublicKey) Generate() => new Ed25519Source().Generate();

    private static bool IsKnown(string setting) =>
        setting.Equals(KeyFileSetting, StringComparison.OrdinalIgnoreCase) || setting.Equals(ServicesFileSetting, StringComparison.OrdinalIgnoreCase);
}
