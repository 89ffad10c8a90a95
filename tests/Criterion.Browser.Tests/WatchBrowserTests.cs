using Criterion.Tests.Repository;
using Microsoft.Playwright;

namespace Criterion.Browser.Tests;

/// <summary>
/// The page in Chromium. With <c>CRITERION_SCREENSHOTS</c>, the pictures of docs/watching.md are written to that folder.
/// </summary>
public sealed class WatchBrowserTests : IAsyncLifetime
{
    readonly TempFolder _temp = new();
    readonly List<string> _problems = [];
    Chromium? _chromium;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _chromium = await Chromium.Start();

    public async ValueTask DisposeAsync()
    {
        await (_chromium?.DisposeAsync() ?? ValueTask.CompletedTask);
        _temp.Dispose();
    }

    [Fact]
    public async Task A_page_changes_while_a_run_trains_is_killed_and_resumes()
    {
        using WatchedPage watched = new(_temp.Path);
        IPage page = await Open(watched);
        await Assertions.Expect(page.GetByText("There is no run yet")).ToBeVisibleAsync();

        using CancellationTokenSource stop = new();
        GanRunRecord stopped = await Task.Run(
            () => Tiny.Run(_temp["run"], Tiny.Recipe(steps: 60), step => StopAt(step, 25, stop), stop), Cancel);
        Assert.Equal(25, stopped.StepsDone);
        await Assertions.Expect(page.Locator(".badge.stopped")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Step 25 of 60")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Losses by step") })).ToBeVisibleAsync();

        await Task.Run(
            () =>
            {
                using RunFolder folder = RunFolder.Reopen<GanStep>(_temp["run"], 25);
                GanRun.Resume(stopped, Tiny.Data, new CheckpointFolder(_temp["run/checkpoints"]).Latest()).Execute(folder, null, Cancel);
            },
            Cancel);
        await Assertions.Expect(page.Locator(".badge.finished")).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveTitleAsync("100 % run: Criterion");
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task Pictures_load_and_enlarge_and_stay_so_while_the_page_changes()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 20));
        using WatchedPage watched = new(_temp["run"]);
        IPage page = await Open(watched);

        ILocator picture = page.Locator(".card img").First;
        await Assertions.Expect(picture).ToHaveJSPropertyAsync("complete", true);
        Assert.Equal(530, await picture.EvaluateAsync<int>("image => image.naturalWidth"));
        await page.Locator(".card input").First.CheckAsync(new() { Force = true });
        Assert.Equal(page.ViewportSize!.Width, (int)(await picture.BoundingBoxAsync())!.Width);
        File.Copy(_temp["run/samples/step-000020.png"], _temp["run/samples/step-000030.png"]);
        await Task.Delay(2500, Cancel);
        Assert.Equal(page.ViewportSize.Width, (int)(await picture.BoundingBoxAsync())!.Width);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByText("Latest: step 30")).ToBeVisibleAsync();
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task The_page_tells_when_the_server_ends()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 2));
        using WatchedPage watched = new(_temp["run"]);
        IPage page = await Open(watched);
        await Assertions.Expect(page.GetByText("Step 2 of 2")).ToBeVisibleAsync();
        while (watched.Server.OpenPages == 0)
        {
            await Task.Delay(5, Cancel);
        }

        watched.Server.Dispose();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("has ended");
    }

    [Fact]
    public async Task Runs_are_selected_by_links_and_the_page_fits_a_phone()
    {
        string[] names = ["a", "b", "c"];
        foreach (string name in names)
        {
            Tiny.Run(_temp[$"runs/{name}"], Tiny.Recipe(seed: name[0], steps: 20));
        }

        using WatchedPage watched = new(_temp["runs"]);
        IPage page = await Open(watched);
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare" }).First.ClickAsync();
        await Assertions.Expect(page.Locator(".card")).ToHaveCountAsync(2);
        await Assertions.Expect(page.GetByText("What differs")).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(390, 800);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(_problems);
    }

    /// <summary>Takes the pictures of docs/watching.md of the runs in <c>CRITERION_RUNS</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Screenshots()
    {
        string? folder = Environment.GetEnvironmentVariable("CRITERION_SCREENSHOTS");
        Assert.SkipWhen(folder is null, "CRITERION_SCREENSHOTS names no folder");
        using WatchedPage watched = new(Environment.GetEnvironmentVariable("CRITERION_RUNS") ?? RepositoryRoot.File("runs"));
        (string Name, string Query, ColorScheme Scheme)[] pictures =
        [
            ("watch-one", Environment.GetEnvironmentVariable("CRITERION_ONE") ?? "", ColorScheme.Light),
            ("watch-several", Environment.GetEnvironmentVariable("CRITERION_SEVERAL") ?? "", ColorScheme.Dark),
        ];
        foreach ((string name, string query, ColorScheme scheme) in pictures)
        {
            IPage page = await Open(watched, query, scheme);
            await page.WaitForTimeoutAsync(1500);
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder!, $"{name}.png"), FullPage = false });
        }
    }

    async Task<IPage> Open(WatchedPage watched, string query = "", ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await _chromium!.Browser.NewPageAsync(
            new() { ViewportSize = new() { Width = 1280, Height = 1000 }, ColorScheme = scheme });
        page.Console += (_, message) => _problems.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => _problems.Add(error);
        await page.GotoAsync(watched.Server.Address + query, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        return page;
    }

    static void StopAt(GanStep step, long last, CancellationTokenSource stop)
    {
        if (step.Step == last)
        {
            stop.Cancel();
        }
    }
}
