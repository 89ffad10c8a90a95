using System.Globalization;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The folder that a run leaves: <c>run.json</c>, <c>losses.csv</c>, <c>samples/</c>, <c>generator.safetensors</c>.</summary>
public sealed class RunFolder : IDisposable
{
    const string Header = "step,discriminator_loss,generator_loss,d_real,d_fake,penalty,discriminator_gradient_norm,generator_gradient_norm,seconds";

    readonly StreamWriter _losses;

    RunFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(Samples);

        // Shared, so that it can be read while the run goes on.
        FileStream losses = new(InFolder("losses.csv"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        _losses = new StreamWriter(losses) { AutoFlush = true, NewLine = "\n" };
        _losses.WriteLine(Header);
    }

    /// <summary>Where the folder is.</summary>
    public string Path { get; }

    string Samples => InFolder("samples");

    /// <summary>Makes the folder.</summary>
    /// <exception cref="TrainingException">It is there and not empty, or can't be written.</exception>
    public static RunFolder Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                ? throw new TrainingException($"'{path}' exists and is not empty; a run is never written over another. Name a new folder with --out, or remove this one.")
                : new RunFolder(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{path}' can't be made: {e.Message} Name a folder that you may write to with --out.", e);
        }
    }

    /// <summary>Appends a row to <c>losses.csv</c>; it is on its way to the disk when this returns.</summary>
    /// <exception cref="TrainingException">The folder can't be written any more; the same for all that follow.</exception>
    public void WriteLosses(GanStep row) => Write(() => _losses.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Step},{row.DiscriminatorLoss:G9},{row.GeneratorLoss:G9},{row.RealScore:G9},{row.FakeScore:G9},{row.Penalty:G9},{row.DiscriminatorGradientNorm:G9},{row.GeneratorGradientNorm:G9},{row.Seconds:F6}")));

    /// <summary>Writes a picture of samples as <c>samples/step-000250.png</c>.</summary>
    public void WriteSamples(long step, Tensor images) => Write(() =>
        Png.Write(System.IO.Path.Combine(Samples, $"step-{step.ToString("D6", CultureInfo.InvariantCulture)}.png"), ImageGrid.Compose(images)));

    /// <summary>Writes <c>generator.safetensors</c>.</summary>
    public void WriteGenerator(Dcgan network, Module generator) =>
        Write(() => GeneratorFile.Write(InFolder(GeneratorFile.Name), network, generator));

    /// <summary>Writes <c>run.json</c>.</summary>
    public void WriteRecord(RunRecord record) => Write(() => File.WriteAllText(InFolder("run.json"), RunJson.Write(record) + "\n"));

    /// <summary>Closes <c>losses.csv</c>.</summary>
    public void Dispose() => _losses.Dispose();

    void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The run folder '{Path}' can't be written any more: {e.Message} Make room, or train into another folder with --out; what was written before is kept.", e);
        }
    }

    string InFolder(string name) => System.IO.Path.Combine(Path, name);
}
