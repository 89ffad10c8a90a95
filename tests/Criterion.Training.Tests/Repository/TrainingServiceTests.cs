using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using TrainingService;

namespace Criterion.Training.Tests;

/// <summary>The sample of a service that trains in the background.</summary>
public sealed class TrainingServiceTests : IDisposable
{
    readonly TempFolder _temp = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task It_trains_reports_stops_and_resumes()
    {
        long before = await TrainUntil(step: 5, steps: 1_000_000);
        RunRecord stopped = RunFolder.ReadRecord(_temp["run"]);
        Assert.Equal(RunStatus.Stopped, stopped.Status);
        Assert.True(stopped.StepsDone >= before);

        await TrainUntil(step: stopped.StepsDone + 5, steps: 1_000_000);
        RunRecord resumed = RunFolder.ReadRecord(_temp["run"]);
        Assert.True(resumed.StepsDone >= stopped.StepsDone + 5);
        Assert.Equal(stopped.Started, resumed.Started);
    }

    async Task<long> TrainUntil(long step, int steps)
    {
        await using WebApplication app = Service.Build(
            ["--urls", "http://127.0.0.1:0", "--run", _temp["run"], "--steps", $"{steps}", "--Logging:LogLevel:Default", "Warning"]);
        await app.StartAsync(Cancel);
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
        long done = 0;
        while (done < step)
        {
            await Task.Delay(20, Cancel);
            done = (await client.GetFromJsonAsync<JsonElement>("/step", Cancel)).GetProperty("step").GetInt64();
        }

        await app.StopAsync(Cancel);
        return done;
    }
}
