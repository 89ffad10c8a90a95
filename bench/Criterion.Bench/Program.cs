using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Criterion;
using Criterion.Bench;

// Criterion's side of bench/compare.py: reads commands as lines of JSON, answers each with one.
//   Criterion.Bench THREADS            serve
//   Criterion.Bench memory NAME STEPS  run one case, say how much memory the process took at most, and leave
if (args is ["memory", var name, var steps])
{
    JsonElement sizes = JsonDocument.Parse(Console.In.ReadToEnd()).RootElement;
    Func<Tensor[]> body = Cases.All[name](new Sizes(sizes));
    for (int i = 0; i < int.Parse(steps); i++)
    {
        using TensorScope scope = new();
        body();
    }

    using Process self = Process.GetCurrentProcess();
    Console.WriteLine(new JsonObject { ["bytes"] = self.PeakWorkingSet64 });
    return;
}

Compute.Threads = int.Parse(args[0]);
Worker worker = new();
while (Console.ReadLine() is { } line)
{
    Console.WriteLine(worker.Answer(JsonDocument.Parse(line).RootElement).ToJsonString());
}
