using Criterion.Formats;

namespace Criterion.Cli.Tests;

/// <summary>Arrays, runs and damaged files that command lines name, made once for all of them.</summary>
public sealed class InvocationFolder : IDisposable
{
    readonly TempFolder _temp = new();

    public InvocationFolder()
    {
        Directory.CreateDirectory(_temp["folder"]);
        Directory.CreateDirectory(_temp["empty ü"]);
        File.WriteAllText(_temp["text.npy"], "no array");
        Npy.Write(_temp["floats.npy"], Tensor.Rand([16, 1, 8, 8], random: new RandomStream(1)));
        Npy.Write(_temp["bytes.npy"], Tensor.RandInt(0, 256, [16, 1, 8, 8], new RandomStream(1)).To(DType.UInt8));
        Npy.Write(_temp["whole.npy"], Tensor.From<long>([1, 0, 2]));
        Npy.Write(_temp["three.npy"], Tensor.From<float>([1, 0, 2]));
        Npy.Write(_temp["few.npy"], Tensor.Rand([4, 6000], random: new RandomStream(2)));
        Directory.CreateDirectory(_temp["png"]);
        Png.Write(_temp["png/8.png"], Tensor.Full([1, 8, 8], 7, DType.UInt8));
        Png.Write(_temp["png/9.png"], Tensor.Full([1, 9, 9], 7, DType.UInt8));
        Tiny.Run(_temp["run"], Tiny.Recipe(steps: 2));
        Write("siamese", new EmbeddingRun(
            EmbeddingOptions.Siamese, new EmbeddingNetwork(width: 2), ImageDataset.FashionMnist(), recipe: "siamese"));
        Write("cyclegan", CycleGanRun.Create());
        Write("cut", CutRun.Create());
        Damage("no-json", static _ => "{ \"kind\": \"gan\", ");
        Damage("no-kind", static json => json.Replace("\"kind\": \"gan\"", "\"kind\": \"painting\"", StringComparison.Ordinal));
        Damage("no-number", static json => json.Replace("\"stepsDone\": 2", "\"stepsDone\": \"two\"", StringComparison.Ordinal));
        Damage("no-options", static json => json.Replace("\"options\": {", "\"options\": null, \"more\": {", StringComparison.Ordinal));
        Directory.CreateDirectory(_temp["comparison"]);
        File.WriteAllText(_temp["comparison/compare.json"], "{ }");
        Entries = Directory.GetFileSystemEntries(_temp.Path, "*", SearchOption.AllDirectories);
    }

    public string Path => _temp.Path;

    /// <summary>All files and folders, as they were made.</summary>
    public IReadOnlyList<string> Entries { get; }

    public void Dispose() => _temp.Dispose();

    void Write<TStep, TRecord>(string name, TrainingRun<TStep, TRecord> run)
        where TStep : struct, IRunStep
        where TRecord : RunRecord
    {
        using RunFolder folder = RunFolder.Create<TStep>(_temp[name]);
        folder.WriteRecord(run.Record);
    }

    void Damage(string name, Func<string, string> damage)
    {
        Directory.CreateDirectory(_temp[name]);
        string json = File.ReadAllText(_temp["run/run.json"]);
        string damaged = damage(json);
        Assert.NotEqual(json, damaged);
        File.WriteAllText(_temp[$"{name}/run.json"], damaged);
    }
}
