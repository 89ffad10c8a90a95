using System.Net;
using System.Net.NetworkInformation;

namespace Criterion.Cli.Tests;

/// <summary>What the server of <c>criterion watch</c> answers, and what it refuses.</summary>
public sealed class WatchServerTests : IDisposable
{
    const string Secret = "a secret outside of the runs";

    readonly TempFolder _temp = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_finished_run_is_a_page_of_its_curves_samples_findings_and_options()
    {
        Tiny.Run(_temp["runs/one"], Tiny.Recipe(steps: 12));
        using WatchedPage page = new(_temp["runs"]);

        string html = await page.Get();
        foreach (string part in (string[])["<h1>one ", "finished", "Step 12 of 12", "Scores of the discriminator", "Findings",
            "Latest: step 12", "Step 10", "Real images", "Options", "Discriminator steps"])
        {
            Assert.Contains(part, html, StringComparison.Ordinal);
        }

        Assert.Contains("--c0:", await page.Get("style.css"), StringComparison.Ordinal);
        Assert.Contains("EventSource", await page.Get("watch.js"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_forbids_other_sources()
    {
        Tiny.Run(_temp["runs/one"], Tiny.Recipe(steps: 1));
        using WatchedPage page = new(_temp["runs"]);
        using HttpResponseMessage response = await page.Ask(page.Address);

        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'", policy,
            StringComparison.Ordinal);
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Empty(response.Headers.Server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/style.css")]
    [InlineData("/0123456789abcdef0123456789abcdef/")]
    [InlineData("/{token}0/")]
    [InlineData("/{TOKEN}/")]
    [InlineData("/x/{token}/")]
    [InlineData("//{token}/")]
    public async Task Without_the_token_everything_is_forbidden(string path)
    {
        using WatchedPage page = new(_temp.Path);
        string token = page.Address.Segments[1].TrimEnd('/');
        string asked = path.Replace("{token}", token, StringComparison.Ordinal)
            .Replace("{TOKEN}", token.ToUpperInvariant() + "A", StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 403 ", await page.AskAsIs(asked.Length == 0 ? "/" : asked), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_differ_and_are_long()
    {
        using WatchedPage one = new(_temp.Path);
        using WatchedPage other = new(_temp.Path);

        Assert.NotEqual(one.Address.Segments[1], other.Address.Segments[1]);
        Assert.Equal(33, one.Address.Segments[1].Length);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("evil.example:{port}", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example:{port}", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData("localhost:{port}", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:{port}", HttpStatusCode.OK)]
    public async Task Another_host_is_forbidden_even_with_the_token(string host, HttpStatusCode status)
    {
        using WatchedPage page = new(_temp.Path);
        using HttpResponseMessage response = await page.Ask(
            page.Address, host: host.Replace("{port}", $"{page.Address.Port}", StringComparison.Ordinal));

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Nothing_can_be_written()
    {
        Tiny.Run(_temp["runs/one"], Tiny.Recipe(steps: 1));
        string[] before = State();
        using (WatchedPage page = new(_temp["runs"]))
        {
            foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options])
            {
                using HttpResponseMessage response = await page.Ask(page.Address, method);
                Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            }

            await page.Get();
            await page.Get("picture?run=one&name=step-000001.png");
            await page.EventsUntil(static (name, _) => name == "options");
        }

        Assert.Equal(before, State());
    }

    [Theory]
    [InlineData("../secret.txt")]
    [InlineData("..%2fsecret.txt")]
    [InlineData("%2e%2e/secret.txt")]
    [InlineData("runs/one/run.json")]
    [InlineData("one/run.json")]
    [InlineData("picture")]
    [InlineData("picture?run=one")]
    [InlineData("picture?run=one&name=../run.json")]
    [InlineData("picture?run=one&name=..%2f..%2f..%2fsecret.png")]
    [InlineData("picture?run=one&name={secret}")]
    [InlineData("picture?run=..&name=secret.png")]
    [InlineData("picture?run=one/..&name=step-000001.png")]
    [InlineData("picture?run=one&name=step-000001.png%00")]
    [InlineData("picture?run=one&name=step-000099.png")]
    [InlineData("picture?run=outside&name=step-000001.png")]
    public async Task No_path_leaves_the_folder(string path)
    {
        Tiny.Run(_temp["runs/one"], Tiny.Recipe(steps: 1));
        Tiny.Run(_temp["outside"], Tiny.Recipe(steps: 1));
        File.WriteAllText(_temp["secret.txt"], Secret);
        File.WriteAllText(_temp["secret.png"], Secret);
        using WatchedPage page = new(_temp["runs"]);

        string answer = await page.AskAsIs(
            page.Address.AbsolutePath + path.Replace("{secret}", Uri.EscapeDataString(_temp["secret.png"]), StringComparison.Ordinal));
        Assert.Matches("^HTTP/1.1 40[0-4] ", answer);
        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Symbolic_links_are_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a permission there");
        Tiny.Run(_temp["runs/one"], Tiny.Recipe(steps: 1));
        Tiny.Run(_temp["outside"], Tiny.Recipe(steps: 3));
        File.WriteAllText(_temp["secret.png"], Secret);
        Directory.CreateSymbolicLink(_temp["runs/link"], _temp["outside"]);
        File.CreateSymbolicLink(_temp["runs/one/samples/step-000002.png"], _temp["secret.png"]);
        File.Delete(_temp["runs/one/losses.csv"]);
        File.CreateSymbolicLink(_temp["runs/one/losses.csv"], _temp["outside/losses.csv"]);
        using WatchedPage page = new(_temp["runs"]);

        string html = await page.Get();
        Assert.DoesNotContain("link", html.Replace("<link ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("step-000002.png", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Scores of the discriminator", html, StringComparison.Ordinal);
        using HttpResponseMessage picture = await page.Ask(new Uri(page.Address, "picture?run=one&name=step-000002.png"));
        Assert.Equal(HttpStatusCode.NotFound, picture.StatusCode);

        Directory.Delete(_temp["runs/one/samples"], recursive: true);
        Directory.CreateSymbolicLink(_temp["runs/one/samples"], _temp["outside/samples"]);
        using HttpResponseMessage behind = await page.Ask(new Uri(page.Address, "picture?run=one&name=step-000003.png"));
        Assert.Equal(HttpStatusCode.NotFound, behind.StatusCode);
    }

    [Fact]
    public async Task A_picture_is_the_file()
    {
        Tiny.Run(_temp["runs/one"], Tiny.Recipe(steps: 1));
        using WatchedPage page = new(_temp["runs"]);
        using HttpResponseMessage response = await page.Ask(new Uri(page.Address, "picture?run=one&name=step-000001.png&v=1"));

        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(File.ReadAllBytes(_temp["runs/one/samples/step-000001.png"]), await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public void It_listens_on_this_machine_only()
    {
        using WatchedPage page = new(_temp.Path);

        IPEndPoint[] listeners =
        [
            .. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(point => point.Port == page.Address.Port),
        ];
        Assert.Equal(IPAddress.Loopback, Assert.Single(listeners).Address);
    }

    [Fact]
    public async Task Several_runs_share_charts_and_show_what_differs()
    {
        Tiny.Run(_temp["runs/a"], Tiny.Recipe(seed: 1, steps: 3));
        Tiny.Run(_temp["runs/b"], Tiny.Recipe(seed: 2, steps: 3));
        Tiny.Run(_temp["runs/c"], Tiny.Recipe(seed: 3, steps: 3));
        using WatchedPage page = new(_temp["runs"]);

        Assert.Contains("3 runs, 1 selected", await page.Get(), StringComparison.Ordinal);
        string html = await page.Get("?run=a&run=b&run=nothing");
        Assert.Contains("3 runs, 2 selected", html, StringComparison.Ordinal);
        Assert.Contains("Discriminator loss by step. a: from", html, StringComparison.Ordinal);
        Assert.Contains(">What differs<", html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">Options: Seed</th><td>1</td><td>2</td>", html, StringComparison.Ordinal);
        Assert.Contains("?run=a&amp;run=b&amp;run=c\">Compare</a>", html, StringComparison.Ordinal);
        Assert.Contains("?run=b\">Remove</a>", html, StringComparison.Ordinal);

        using WatchedPage named = new(_temp["runs/b"], _temp["runs/c"]);
        Assert.Contains("2 runs, 2 selected", await named.Get(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_of_one_name_and_damaged_records_are_shown()
    {
        Tiny.Run(_temp["x/run"], Tiny.Recipe(steps: 1));
        Directory.CreateDirectory(_temp["y/run <b>&"]);
        Directory.CreateDirectory(_temp["y/run"]);
        File.WriteAllText(_temp["y/run/run.json"], "{");
        File.WriteAllText(_temp["y/run <b>&/run.json"], "{}");
        using WatchedPage page = new(_temp["x"], _temp["y"]);

        string html = await page.Get("?run=run+%3Cb%3E%26");
        Assert.Contains("run.json is missing or damaged.", html, StringComparison.Ordinal);
        Assert.Contains("run &lt;b&gt;&amp;", html, StringComparison.Ordinal);
        Assert.Contains(">y/run<", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_killed_is_silent_with_the_line_that_resumes_it()
    {
        GanRunRecord record = Tiny.Run(_temp["run"], Tiny.Recipe(steps: 3));
        File.WriteAllText(_temp["run/run.json"], RunJson.Write(record with { Status = RunStatus.Running, Ended = null }));
        foreach (string path in Directory.GetFileSystemEntries(_temp["run"]))
        {
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-10));
        }

        using WatchedPage page = new(_temp["run"]);
        string html = await page.Get();
        Assert.Contains("badge silent", html, StringComparison.Ordinal);
        Assert.Contains($"resume it: criterion train --resume {_temp["run"]}", html, StringComparison.Ordinal);
    }

    // The content and the time of every file.
    string[] State() =>
    [
        .. Directory.GetFileSystemEntries(_temp.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(static path => $"{path} {File.GetLastWriteTimeUtc(path):O} {(File.Exists(path) ? new FileInfo(path).Length : 0)}"),
    ];
}
