using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Criterion.Bench;

/// <summary>
/// One side of <c>bench/compare.py</c>: reads commands as lines of JSON and answers each with one. Holds one case at a time, ready to be
/// timed whenever it is this side's turn.
/// </summary>
internal sealed class Worker<TTensor>(ISide<TTensor> side)
{
    const double LongestWarmUp = 5;
    const double CompilerRest = 0.25;
    const double WakingSeconds = 0.01;

    Func<TTensor[]> _body = static () => [];
    Action? _call;

    /// <summary>Serves commands, or with <c>once NAME STEPS</c> runs one case in this fresh process and returns.</summary>
    public void Run(string[] arguments)
    {
        if (arguments is ["once", var name, var steps])
        {
            Once(name, int.Parse(steps));
            return;
        }

        while (Console.ReadLine() is { } line)
        {
            Console.WriteLine(Answer(JsonDocument.Parse(line).RootElement).ToJsonString());
        }
    }

    /// <summary>Reads the sizes, prints the time of the first call as soon as it has returned, then the peak memory after all.</summary>
    void Once(string name, int steps)
    {
        _body = side.Cases[name](new Sizes(JsonDocument.Parse(Console.ReadLine()!).RootElement));
        long start = Stopwatch.GetTimestamp();
        Call();
        Console.WriteLine(new JsonObject { ["first"] = Stopwatch.GetElapsedTime(start).TotalSeconds }.ToJsonString());
        for (int i = 1; i < steps; i++)
        {
            Call();
        }

        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(new JsonObject { ["bytes"] = self.PeakWorkingSet64 }.ToJsonString());
    }

    JsonNode Answer(JsonElement command) => command.GetProperty("do").GetString() switch
    {
        "list" => new JsonArray([.. side.Cases.Keys.Select(static name => JsonValue.Create(name))]),
        "versions" => side.Versions,
        "prepare" => Prepare(command),
        "time" => Time(command.GetProperty("count").GetInt32()),
        "limits" => side.Limits(),
        "drop" => Drop(),
        var other => throw new ArgumentException($"Invalid command '{other}'."),
    };

    JsonObject Prepare(JsonElement command)
    {
        _body = side.Cases[command.GetProperty("case").GetString()!](new Sizes(command.GetProperty("sizes")));
        JsonObject answer = [];
        if (command.TryGetProperty("folder", out JsonElement folder))
        {
            answer["files"] = Save(folder.GetString()!);
        }

        if (command.TryGetProperty("against", out JsonElement files))
        {
            answer["errors"] = Compare([.. files.EnumerateArray().Select(static file => file.GetString()!)]);
        }

        answer["seconds"] = WarmUp(command.GetProperty("warm").GetDouble());
        return answer;
    }

    /// <summary>Writes the results of one call to files of little-endian single precision.</summary>
    JsonArray Save(string folder)
    {
        JsonArray files = [];
        foreach (float[] result in Results())
        {
            string path = Path.Combine(folder, $"{files.Count}.f32");
            File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(result));
            files.Add((JsonNode)path);
        }

        return files;
    }

    /// <summary>Computes for each file how far it lies from the result of one call here, relative to the largest value here.</summary>
    JsonArray Compare(string[] files)
    {
        float[][] results = Results();
        return results.Length != files.Length
            ? throw new ArgumentException($"The case has {results.Length} results here and {files.Length} on the other side.")
            : new JsonArray([.. results.Zip(files, static (result, file) => JsonValue.Create(Difference(result, file)))]);
    }

    float[][] Results()
    {
        float[][] results = [];
        side.RunInScope(() => results = [.. _body().Select(side.Values)]);
        return results;
    }

    static double Difference(ReadOnlySpan<float> mine, string path)
    {
        ReadOnlySpan<float> other = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path));
        if (other.Length != mine.Length)
        {
            return double.MaxValue;
        }

        (double difference, double largest) = (0, 1e-30);
        for (int i = 0; i < mine.Length; i++)
        {
            double apart = Math.Abs((double)other[i] - mine[i]);
            difference = double.IsNaN(apart) ? double.MaxValue : Math.Max(difference, apart);
            largest = Math.Max(largest, Math.Abs(mine[i]));
        }

        return difference / largest;
    }

    /// <summary>
    /// Runs the case for some time, and on until the background compiler has rested for a moment: it would take a core from the turns.
    /// Returns the seconds of a call.
    /// </summary>
    double WarmUp(double least)
    {
        long start = Stopwatch.GetTimestamp();
        (long methods, long compiled) = (JitInfo.GetCompiledMethodCount(), start);
        int calls = 0;
        double seconds = 0;
        while (calls < 2 || seconds < least || (seconds < LongestWarmUp && Stopwatch.GetElapsedTime(compiled).TotalSeconds < CompilerRest))
        {
            Call();
            calls++;
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (JitInfo.GetCompiledMethodCount() is var now && now != methods)
            {
                (methods, compiled) = (now, Stopwatch.GetTimestamp());
            }
        }

        return seconds / calls;
    }

    /// <summary>Times calls after some that wake the threads and let the system move them to cores of their own.</summary>
    JsonObject Time(int count)
    {
        long woken = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(woken).TotalSeconds < WakingSeconds)
        {
            Call();
        }

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
        GC.WaitForPendingFinalizers();
        return [];
    }

    void Call() => side.RunInScope(_call ??= () => _body());
}
