using RotateSecrets.Peers.GitHub;

// GitHubDouble [port]: serves an organisation with one repository until it is stopped, and prints its address and a token that may everything.
await using var server = await GitHubDouble.StartAsync(port: args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 0);
server.Arrange(static state => state.Repository("acme/proxy").Commit("main", "Begin", ("README.md", "# Proxy\n")));
Console.WriteLine($"GITHUB_API_URL={server.Address} GITHUB_TOKEN={server.Operator.Token}");
await server.WaitAsync();
