using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Criterion.Browser.Tests;

/// <summary>
/// The page of samples/Browser in Chromium. <c>CRITERION_BROWSER_SAMPLE</c> names the folder that <c>dotnet publish</c> wrote.
/// </summary>
public sealed class BrowserSampleTests : IAsyncLifetime
{
    readonly List<string> _problems = [];
    WebApplication? _app;
    Chromium? _chromium;

    public async ValueTask InitializeAsync()
    {
        string? folder = Environment.GetEnvironmentVariable("CRITERION_BROWSER_SAMPLE");
        Assert.SkipWhen(
            folder is null, "samples/Browser is not published: dotnet publish it, and name its folder in CRITERION_BROWSER_SAMPLE");
        _chromium = await Chromium.Start();
        _app = Server(Path.Combine(folder!, "wwwroot"));
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await (_chromium?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Options_of_a_loss_change_its_curves_and_its_formula()
    {
        IPage page = await Open();
        await Assertions.Expect(page.Locator("#name")).ToHaveTextAsync("HuberLoss");
        Assert.InRange(await page.Locator("#losses button").CountAsync(), 50, 200);
        string before = await Value(page);
        await page.Locator("input[name=delta]").FillAsync("2");
        Assert.NotEqual(before, await Value(page));
        await Assertions.Expect(page.Locator("#formula")).ToContainTextAsync("if |x − y| ≤ 2");
        await page.Locator("input[name=delta]").FillAsync("0");
        await Assertions.Expect(page.Locator("#error")).ToContainTextAsync("delta", new() { IgnoreCase = true });
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task Every_loss_has_curves()
    {
        IPage page = await Open();
        foreach (ILocator loss in await page.Locator("#losses button").AllAsync())
        {
            await loss.ClickAsync();
            Assert.Equal("", await page.Locator("#error").TextContentAsync());
            Assert.NotEqual("", await Value(page));
        }

        await page.Locator("#search").FillAsync("huber");
        await Assertions.Expect(page.Locator("#losses button")).ToHaveTextAsync(["HuberLoss"]);
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task A_GAN_finds_most_of_the_clouds()
    {
        IPage page = await Open();
        await page.Locator("#run").ClickAsync();
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("[5-8] of 8 clouds"),
            new() { Timeout = 120_000 });
        await page.Locator("#run").ClickAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(await page.Locator("#status").TextContentAsync() ?? "");
        await page.Locator("#restart").ClickAsync();
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("Step 1:");
        Assert.Empty(_problems);
    }

    static async Task<string> Value(IPage page) => await page.Locator("#curves path.value").First.GetAttributeAsync("d") ?? "";

    async Task<IPage> Open()
    {
        IPage page = await _chromium!.Browser.NewPageAsync();
        page.SetDefaultTimeout(120_000);
        page.PageError += (_, problem) => _problems.Add(problem);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _problems.Add(message.Text);
            }
        };
        await page.GotoAsync(_app!.Urls.Single());
        await page.Locator("body[data-ready=true]").WaitForAsync(new() { Timeout = 60_000 });
        return page;
    }

    static WebApplication Server(string folder)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        FileExtensionContentTypeProvider types = new();
        types.Mappings[".wasm"] = "application/wasm";
        types.Mappings[".dat"] = "application/octet-stream";
        PhysicalFileProvider files = new(Path.GetFullPath(folder));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files, ContentTypeProvider = types });
        return app;
    }
}
