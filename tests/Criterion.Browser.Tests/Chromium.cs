using Microsoft.Playwright;

namespace Criterion.Browser.Tests;

/// <summary>A Chromium without a window. <c>CHROMIUM</c> names the program.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    readonly IPlaywright _playwright;

    Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    public IBrowser Browser { get; }

    static string? Program => Environment.GetEnvironmentVariable("CHROMIUM") ?? Programs.FirstOrDefault(File.Exists);

    /// <summary>Starts one; skips the test where there is none.</summary>
    public static async Task<Chromium> Start()
    {
        Assert.SkipWhen(Program is null, "there is no Chromium: install it, or name its program in CHROMIUM");
        Assertions.SetDefaultExpectTimeout(30_000);
        IPlaywright playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] }));
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }
}
