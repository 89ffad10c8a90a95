using System.Net;
using System.Text;

namespace Criterion.Cli.Tests;

/// <summary>A server over a folder of runs, and a client that knows its address.</summary>
internal sealed class WatchedPage : IDisposable
{
    readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public WatchedPage(params string[] folders) => Server = WatchServer.Start(new RunBoard(folders), 0, "--port");

    public WatchServer Server { get; }

    public Uri Address => new(Server.Address);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        Server.Dispose();
    }

    /// <summary>Asks for an address relative to the page, which must answer with 200.</summary>
    public async Task<string> Get(string relative = "")
    {
        using HttpResponseMessage response = await Ask(new Uri(Address, relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    /// <summary>Asks for any address.</summary>
    public Task<HttpResponseMessage> Ask(Uri address, HttpMethod? method = null, string? host = null)
    {
        HttpRequestMessage request = new(method ?? HttpMethod.Get, address);
        request.Headers.Host = host;
        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    /// <summary>Sends a line of a request as it stands, which clients would change, and returns the whole response.</summary>
    public async Task<string> AskAsIs(string path)
    {
        using System.Net.Sockets.TcpClient socket = new();
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port, Cancel);
        byte[] request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{Address.Port}\r\nConnection: close\r\n\r\n");
        await socket.GetStream().WriteAsync(request, Cancel);
        using StreamReader reader = new(socket.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync(Cancel);
    }

    /// <summary>Returns the events of a page until one passes a test: its name and its data.</summary>
    public async Task<IReadOnlyList<(string Name, string Data)>> EventsUntil(Func<string, string, bool> test, string query = "")
    {
        using HttpResponseMessage response = await Ask(new Uri(Address, $"events{query}"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(Cancel));
        List<(string Name, string Data)> events = [];
        string name = "";
        StringBuilder data = new();
        while (await reader.ReadLineAsync(Cancel) is { } line)
        {
            name = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : name;
            data.Append(line.StartsWith("data: ", StringComparison.Ordinal) ? line[6..] : "");
            if (line.Length == 0)
            {
                events.Add((name, data.ToString()));
                data.Clear();
                if (test(events[^1].Name, events[^1].Data))
                {
                    return events;
                }
            }
        }

        return events;
    }
}
