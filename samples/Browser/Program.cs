using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using System.Text.Json;

[assembly: SupportedOSPlatform("browser")]

namespace Criterion.Samples.Browser;

/// <summary>What the page calls. Every answer is JSON, so that a message is an answer too.</summary>
internal static partial class Program
{
    static RingGan? _gan;

    static void Main()
    {
    }

    /// <summary>Returns all losses that are functions of one number, with their options.</summary>
    [JSExport]
    internal static string Losses() => JsonSerializer.Serialize(LossList.All, PageJson.Default.IReadOnlyListLossInfo);

    /// <summary>Returns value, gradient and curvature of a loss along one input.</summary>
    /// <param name="name">The name of the loss.</param>
    /// <param name="options">The options that differ from their defaults, as a JSON object.</param>
    [JSExport]
    internal static string Curves(string name, string options)
    {
        try
        {
            Dictionary<string, JsonElement>? values = JsonSerializer.Deserialize(options, PageJson.Default.DictionaryStringJsonElement);
            return JsonSerializer.Serialize(LossList.Find(name).Plot(values ?? []), PageJson.Default.LossPlot);
        }
        catch (Exception e) when (e is ArgumentException or CriterionException)
        {
            return JsonSerializer.Serialize(new LossPlot([], [], e.Message.Split('\n')[0]), PageJson.Default.LossPlot);
        }
    }

    /// <summary>Starts a GAN anew.</summary>
    [JSExport]
    internal static void StartGan(string objective, int seed) => _gan = new RingGan(objective, (ulong)seed);

    /// <summary>Trains the GAN for some steps, and returns its points.</summary>
    [JSExport]
    internal static string TrainGan(int steps)
    {
        GanPicture picture = (_gan ??= new RingGan(RingGan.Objectives[0], 0)).Train(steps);
        return JsonSerializer.Serialize(picture, PageJson.Default.GanPicture);
    }

    /// <summary>Returns the names of the objectives of the GAN.</summary>
    [JSExport]
    internal static string[] Objectives() => RingGan.Objectives;
}
