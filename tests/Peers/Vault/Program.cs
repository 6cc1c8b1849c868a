using RotateSecrets.Peers.Vault;

// VaultDouble [port] [audit file]: serves until it is stopped, and prints its address and its root token.
await using var server = await VaultDouble.StartAsync(
    args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 0, auditFile: args.Length > 1 ? args[1] : null);
Console.WriteLine($"VAULT_ADDR={server.Address} VAULT_TOKEN={server.RootToken}");
await server.WaitAsync();
