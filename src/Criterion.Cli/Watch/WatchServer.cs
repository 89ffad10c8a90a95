using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Criterion.Training;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Criterion.Cli;

/// <summary>
/// A web server on this machine that shows runs while they train. It listens on 127.0.0.1 only, answers nothing without the token in its
/// address, and only reads.
/// </summary>
internal sealed class WatchServer : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(5);

    // What computing the page may take of one processor.
    const double MostBusy = 0.05;

    // The pages that are open receive the end of a training before the server ends.
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    static readonly byte[] Script = Resource("watch.js");
    static readonly byte[] Icon = Resource("icon.png");
    static readonly byte[] Style = [.. Encoding.UTF8.GetBytes(Html.Style), .. Resource("watch.css")];

    readonly RunBoard _board;
    readonly WebApplication _app;
    readonly byte[] _token = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
    readonly CancellationTokenSource _end = new();
    int _clients;

    WatchServer(RunBoard board, int port)
    {
        _board = board;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        _app.Run(Answer);
    }

    /// <summary>Gets the number of open pages.</summary>
    public int OpenPages => Volatile.Read(ref _clients);

    /// <summary>Gets the address, with the token.</summary>
    public string Address => $"{_app.Urls.First()}/{Encoding.ASCII.GetString(_token)}/";

    /// <summary>Starts a server.</summary>
    /// <param name="board">The runs.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="option">The name of the option of the port, for the error.</param>
    /// <exception cref="ToolException">The port is in use or cannot be opened.</exception>
    public static WatchServer Start(RunBoard board, int port, string option)
    {
        WatchServer server = new(board, port);
        try
        {
            server._app.StartAsync().GetAwaiter().GetResult();
            return server;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            server.Dispose();
            throw Unavailable(port, option, e);
        }
    }

    /// <summary>Refuses a port that cannot be opened, before a command writes anything.</summary>
    /// <exception cref="ToolException">It is in use or cannot be opened.</exception>
    public static void CheckPort(int port, string option)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw Unavailable(port, option, e);
        }
    }

    static ToolException Unavailable(int port, string option, Exception e)
    {
        bool isInUse = e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
            || e.InnerException is AddressInUseException;
        string why = isInUse ? "is in use" : $"cannot be opened ({e.Message.TrimEnd('.')})";
        return new ToolException(
            string.Create(CultureInfo.InvariantCulture, $"{option}: port {port} of this machine {why}. ")
                + $"Choose another port, or leave {option} out for a free one.", e);
    }

    /// <summary>Sends the last state to all open pages and ends the server.</summary>
    public void Dispose()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        _end.Cancel();
        long start = Stopwatch.GetTimestamp();
        while (OpenPages > 0 && Stopwatch.GetElapsedTime(start) < Farewell)
        {
            Thread.Sleep(10);
        }

        using CancellationTokenSource now = new(TimeSpan.Zero);
        _app.StopAsync(now.Token).GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    Task Answer(HttpContext context)
    {
        Protect(context.Response.Headers);
        string[] path = (context.Request.Path.Value ?? "").Split('/', 3);
        return !IsLocal(context.Request.Host) || path.Length < 2 || !IsToken(path[1]) ? Fail(context, HttpStatusCode.Forbidden)
            : !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
                ? Fail(context, HttpStatusCode.MethodNotAllowed)
            : path.Length == 2 ? Redirect(context)
            : Answer(context, path[2]);
    }

    Task Answer(HttpContext context, string path) => path switch
    {
        "" => Send(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(WatchPage.Whole(Parts(context)))),
        WatchPage.Style => Send(context, "text/css; charset=utf-8", Style),
        WatchPage.Script => Send(context, "text/javascript; charset=utf-8", Script),
        WatchPage.Icon => Send(context, "image/png", Icon),
        WatchPage.Events => Stream(context),
        WatchPage.Picture => SendPicture(context),
        _ => Fail(context, HttpStatusCode.NotFound),
    };

    // A page of another site can name this server by a name of its own (DNS rebinding), which the browser then sends as the host.
    bool IsLocal(HostString host) =>
        host.Host is "127.0.0.1" or "localhost" && host.Port == new Uri(_app.Urls.First()).Port;

    bool IsToken(string text) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), _token);

    static void Protect(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    static Task Fail(HttpContext context, HttpStatusCode status)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(status switch
        {
            HttpStatusCode.Forbidden => "403: use the whole address that criterion printed, with its token.\n",
            HttpStatusCode.MethodNotAllowed => "405: this server only reads.\n",
            _ => "404: there is no such page.\n",
        });
    }

    static Task Redirect(HttpContext context)
    {
        context.Response.Redirect($"{context.Request.Path}/{context.Request.QueryString}");
        return Task.CompletedTask;
    }

    static Task Send(HttpContext context, string type, ReadOnlyMemory<byte> bytes)
    {
        (context.Response.ContentType, context.Response.ContentLength) = (type, bytes.Length);
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    async Task SendPicture(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        using FileStream? file = _board.OpenPicture($"{query[WatchPage.RunKey]}", $"{query["name"]}");
        if (file is null)
        {
            await Fail(context, HttpStatusCode.NotFound);
            return;
        }

        // The address of a picture changes with its content.
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        (context.Response.ContentType, context.Response.ContentLength) = ("image/png", file.Length);
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    async Task Stream(HttpContext context)
    {
        Interlocked.Increment(ref _clients);
        try
        {
            context.Response.ContentType = "text/event-stream";
            await SseFormatter.WriteAsync(Changes(context), context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The browser closed the page.
        }
        finally
        {
            Interlocked.Decrement(ref _clients);
        }
    }

    async IAsyncEnumerable<SseItem<string>> Changes(HttpContext context, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        Dictionary<string, string> sent = [];
        for (bool isLast = false; !isLast && !cancel.IsCancellationRequested;)
        {
            isLast = _end.IsCancellationRequested;
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<(string Name, string Html)> parts = Parts(context);
            TimeSpan rest = Stopwatch.GetElapsedTime(start) / MostBusy;
            foreach ((string name, string html) in parts.Where(part => sent.GetValueOrDefault(part.Name) != part.Html))
            {
                sent[name] = html;
                yield return new SseItem<string>(html, name);
            }

            await Delay(TimeSpan.FromTicks(Math.Clamp(rest.Ticks, Interval.Ticks, LongestInterval.Ticks)), cancel);
        }

        yield return new SseItem<string>("", "end");
    }

    async Task Delay(TimeSpan time, CancellationToken cancel)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _end.Token);
        await Task.Delay(time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    IReadOnlyList<(string Name, string Html)> Parts(HttpContext context) => _board.Read(
        [.. context.Request.Query[WatchPage.RunKey].OfType<string>()],
        static (all, selected) => WatchPage.Parts(all, selected, DateTime.UtcNow));

    static byte[] Resource(string name)
    {
        using Stream stream = typeof(WatchServer).Assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Leaves signals to the tool.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
