using System.Text;

namespace Criterion.Cli.Tests;

/// <summary>The events of the page while runs train, are killed, and are resumed.</summary>
public sealed class WatchEventsTests : IDisposable
{
    const int Minute = 60_000;

    readonly TempFolder _temp = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_run_that_begins_later_is_followed_to_its_end()
    {
        Directory.CreateDirectory(_temp["runs"]);
        using WatchedPage page = new(_temp["runs"]);
        Assert.Contains("There is no run yet", await page.Get(), StringComparison.Ordinal);
        using SemaphoreSlim onward = new(0);
        Task<GanRunRecord> run = Task.Run(
            () => Tiny.Run(_temp["runs/late"], Tiny.Recipe(steps: 60), step =>
            {
                if (step.Step == 11)
                {
                    Assert.True(onward.Wait(Minute));
                }
            }),
            Cancel);

        await page.EventsUntil(static (name, data) => name == "cards" && data.Contains("Step 11 of 60", StringComparison.Ordinal));
        IReadOnlyList<(string Name, string Data)> events = await page.EventsUntil(static (name, _) => name == "options");
        Assert.Contains("running", events.First(static one => one.Name == "cards").Data, StringComparison.Ordinal);
        Assert.Contains(" left", events.First(static one => one.Name == "cards").Data, StringComparison.Ordinal);
        Assert.Contains("Latest: step 10", events.First(static one => one.Name == "cards").Data, StringComparison.Ordinal);
        Assert.Contains("Real images", events.First(static one => one.Name == "samples").Data, StringComparison.Ordinal);

        Task<IReadOnlyList<(string Name, string Data)>> end = page.EventsUntil(
            static (name, data) => name == "cards" && data.Contains("badge finished", StringComparison.Ordinal));
        onward.Release();
        await run;
        Assert.Contains("Step 60 of 60", (await end)[^1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_killed_and_resumed_is_followed()
    {
        string[] train = ["train", "--data", "ring", "--batch", "4", "--width", "2", "--steps", "400", "--checkpoint-every", "100",
            "--threads", "1", "--out", _temp["run"]];
        using (ToolProcess killed = new(train))
        {
            killed.WaitForRows(_temp["run/losses.csv"], 150);
            killed.Kill();
        }

        using WatchedPage page = new(_temp["run"]);
        IReadOnlyList<(string Name, string Data)> before = await page.EventsUntil(static (name, _) => name == "curves");
        Assert.Contains("badge running", before.First(static one => one.Name == "cards").Data, StringComparison.Ordinal);

        Task<IReadOnlyList<(string Name, string Data)>> end = page.EventsUntil(
            static (name, data) => name == "cards" && data.Contains("badge finished", StringComparison.Ordinal));
        ToolRun.Succeeded(ToolRun.Run("train", "--resume", _temp["run"]));
        Assert.Contains("Step 400 of 400", (await end)[^1].Data, StringComparison.Ordinal);
        Assert.Equal(401, File.ReadAllLines(_temp["run/losses.csv"]).Length);
    }

    [Fact]
    public async Task Pages_that_are_closed_do_no_harm()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 2));
        using WatchedPage page = new(_temp["run"]);
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage response = await page.Ask(new Uri(page.Address, "events"));
            using Stream stream = await response.Content.ReadAsStreamAsync(Cancel);
            await stream.ReadExactlyAsync(new byte[100], Cancel);
        }

        for (int i = 0; page.Server.OpenPages > 0 && i < 500; i++)
        {
            await Task.Delay(20, Cancel);
        }

        Assert.Equal(0, page.Server.OpenPages);
        Assert.Contains("Step 2 of 2", await page.Get(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_server_is_an_event()
    {
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 2));
        using WatchedPage page = new(_temp["run"]);
        Task<IReadOnlyList<(string Name, string Data)>> events = page.EventsUntil(static (name, _) => name == "end");
        while (page.Server.OpenPages == 0)
        {
            await Task.Delay(5, Cancel);
        }

        page.Server.Dispose();
        Assert.Equal("end", (await events)[^1].Name);
    }

    [Fact]
    public void A_file_is_followed_as_it_grows_and_is_replaced()
    {
        string path = _temp["losses.csv"];
        FollowedCsv csv = new(() => File.Exists(path) ? File.OpenRead(path) : null);
        csv.Refresh();
        Assert.Equal(0, csv.Table.Count);

        Follow("step,loss\n1,5\n2,6", [1]);
        Follow("step,loss\n1,5\n2,6\n3", [1, 2]);
        Follow("step,loss\n1,5\n2,6\n3,7\n", [1, 2, 3]);
        Assert.Equal(0, csv.Beginnings);
        Follow("step,loss\n1,5\n", [1]);
        Follow("step,loss\n1,5\n2,8\n3,9\n4,9\n", [1, 2, 3, 4]);
        Assert.Equal(1, csv.Beginnings);
        Follow("step,loss\n1,5\n2,8\n3,9\n4,7\n5,9\n", [1, 2, 3, 4, 5]);
        Assert.Equal(2, csv.Beginnings);
        Assert.Equal([5, 8, 9, 7, 9], csv.Table["loss"]);
        Follow("step,loss\n1,x\n2\n3,NaN\n", [1, 3]);
        Assert.Equal([double.NaN, double.NaN], csv.Table["loss"]);
        File.Delete(path);
        csv.Refresh();
        Assert.Equal(0, csv.Table.Count);

        void Follow(string text, double[] steps)
        {
            File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
            csv.Refresh();
            Assert.Equal(steps, csv.Table.Steps);
        }
    }
}
