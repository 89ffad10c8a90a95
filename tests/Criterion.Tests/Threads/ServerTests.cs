using Criterion.Memory;
using Criterion.Nn;
using Criterion.Tests.Kernels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Criterion.Tests.Threads;

/// <summary>A web service that predicts with a shared network and trains small ones, with awaits within every request.</summary>
[Collection(nameof(ThreadCollection))]
public class ServerTests
{
    const int Seeds = 40;
    const int Requests = 3000;
    const int InFlight = 48;

    static readonly Sequential Shared = Jobs.Images();

    [Fact]
    public async Task Thousands_of_requests_get_the_bits_of_sequential_ones_and_leave_nothing_behind()
    {
        Dictionary<string, string> expected = [];
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            expected[$"predict/{seed}"] = await Predict(seed);
            expected[$"slope/{seed}"] = await Slope(seed);
            expected[$"train/{seed}"] = await Train(seed);
        }

        await using WebApplication app = await Start();
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.Single()) };
        await Ask(client, expected, Requests / 3);
        (long objects, long numbers) = (GC.GetTotalMemory(forceFullCollection: true), NumbersAllocated);
        await Ask(client, expected, 2 * Requests / 3);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - objects, long.MinValue, 8_000_000);
        Assert.InRange(NumbersAllocated - numbers, 0, 64_000_000);
        await AssertThreadsAreClean();
    }

    static long NumbersAllocated => BufferPool<float>.AllocatedBytes + BufferPool<double>.AllocatedBytes;

    static async Task<WebApplication> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.MapGet("/predict/{seed}", (ulong seed) => Predict(seed));
        app.MapGet("/slope/{seed}", (ulong seed) => Slope(seed));
        app.MapGet("/train/{seed}", (ulong seed) => Train(seed));
        app.MapGet("/fail/{seed}", (ulong seed) => Fail(seed));
        await app.StartAsync();
        return app;
    }

    static async Task Ask(HttpClient client, Dictionary<string, string> expected, int count)
    {
        string[] paths = [.. expected.Keys];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, cancel) =>
        {
            string path = paths[i % paths.Length];
            Assert.Equal(expected[path], await client.GetStringAsync(new Uri(path, UriKind.Relative), cancel));
            if (i % 10 == 0)
            {
                Assert.Equal("ShapeException", await client.GetStringAsync(new Uri($"fail/{i}", UriKind.Relative), cancel));
            }
        });
    }

    static async Task<string> Predict(ulong seed)
    {
        Tensor image = Jobs.Image(seed);
        await Task.Yield();
        Tensor output = Jobs.Predict(Shared, image);
        await Task.Yield();
        return Jobs.Bits(output);
    }

    static async Task<string> Slope(ulong seed)
    {
        Tensor image = Jobs.Image(seed);
        await Task.Yield();
        return Jobs.Bits(Jobs.Slope(Shared, image));
    }

    static async Task<string> Train(ulong seed)
    {
        Jobs.Training training = new(seed);
        for (int i = 0; i < 2; i++)
        {
            await Task.Yield();
            training.Step();
            await Task.Yield();
            training.Penalty();
        }

        return training.State;
    }

    static async Task<string> Fail(ulong seed)
    {
        await Task.Yield();
        try
        {
            return Jobs.Bits(Jobs.Predict(Shared, Tensor.Zeros([(int)(seed % 3), 2, 8, 8])));
        }
        catch (ShapeException e)
        {
            await Task.Yield();
            return e.GetType().Name;
        }
    }

    /// <summary>Checks as many threads of the pool as it has, each blocked until all have been checked.</summary>
    static async Task AssertThreadsAreClean()
    {
        using CountdownEvent all = new(ThreadPool.ThreadCount);
        await Task.WhenAll(Enumerable.Range(0, all.InitialCount).Select(_ => Task.Run(() =>
        {
            all.Signal();
            all.Wait(TimeSpan.FromSeconds(2));
            SettingsChangeTests.AssertClean();
        })));
    }
}
