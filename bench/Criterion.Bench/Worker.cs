using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Criterion.Formats;

namespace Criterion.Bench;

/// <summary>Holds one case at a time, ready to be timed whenever it is this side's turn.</summary>
internal sealed class Worker
{
    Func<Tensor[]> _body = static () => [];

    public JsonNode Answer(JsonElement command) => command.GetProperty("do").GetString() switch
    {
        "list" => new JsonArray([.. Cases.All.Keys.Select(static name => JsonValue.Create(name))]),
        "versions" => Versions(),
        "prepare" => Prepare(command),
        "time" => Time(command.GetProperty("count").GetInt32()),
        "limits" => new JsonObject { ["copy"] = Limits.Copy(Compute.Threads), ["peak"] = Limits.MultiplyAdd(Compute.Threads) },
        "drop" => Drop(),
        var other => throw new ArgumentException($"No such command: {other}"),
    };

    static JsonObject Versions() => new()
    {
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["lanes"] = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
        ["threads"] = Compute.Threads,
    };

    JsonObject Prepare(JsonElement command)
    {
        _body = Cases.All[command.GetProperty("case").GetString()!](new Sizes(command.GetProperty("sizes")));
        JsonArray files = [];
        if (command.TryGetProperty("folder", out JsonElement folder))
        {
            files = Save(folder.GetString()!);
        }

        return new() { ["files"] = files, ["seconds"] = WarmUp(command.GetProperty("warm").GetDouble()) };
    }

    JsonArray Save(string folder)
    {
        using TensorScope scope = new();
        JsonArray files = [];
        foreach (Tensor result in _body())
        {
            string path = Path.Combine(folder, $"{files.Count}.npy");
            Npy.Write(path, result.Detach().Contiguous());
            files.Add(path);
        }

        return files;
    }

    double WarmUp(double least)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (calls < 2 || Stopwatch.GetElapsedTime(start).TotalSeconds < least)
        {
            Call();
            calls++;
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    JsonObject Time(int count)
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan busy = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            Call();
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cpu = (Environment.CpuUsage.TotalTime - busy).TotalSeconds;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        return new() { ["seconds"] = seconds / count, ["cpu"] = cpu / count, ["bytes"] = allocated / count };
    }

    JsonObject Drop()
    {
        _body = static () => [];
        GC.Collect();
        return [];
    }

    void Call()
    {
        using TensorScope scope = new();
        _body();
    }
}
