using AwsDouble;

// A port, or none for a free one. The address is the first line that it prints.
await using var server = await DoubleServer.StartAsync(args is [var port] ? int.Parse(port) : 0);
Console.WriteLine(server.Address);
await Task.Delay(Timeout.Infinite);
