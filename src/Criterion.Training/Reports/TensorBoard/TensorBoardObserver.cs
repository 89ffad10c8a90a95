using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Writes what a run does to an event file of TensorBoard.</summary>
internal sealed class TensorBoardObserver : RunObserver
{
    const string Samples = "samples";
    const string Real = "real";

    readonly EventFile _file;
    readonly int _histogramEvery;
    readonly HashSet<string> _described = [];

    /// <summary>Creates a new event file.</summary>
    /// <param name="options">The options.</param>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="firstStep">The number of the next step.</param>
    public TensorBoardObserver(TensorBoardOptions options, string folder, long firstStep) =>
        (_file, _histogramEvery) = (new EventFile(folder, firstStep), options.HistogramEvery);

    /// <inheritdoc/>
    public override void OnStep(IRunStep step, StepColumns columns) => _file.Write(
        step.Step,
        columns.Values(step).Where(static cell => cell.Column.Name != "step")
            .Select(cell => Scalar(cell.Column.Name, cell.Value, cell.Column.Description)));

    /// <inheritdoc/>
    public override void OnMeasured(SampleQuality quality) => _file.Write(
        quality.Step, quality.Values.Select(one => Scalar(one.Name, one.Value, DisplayName.Title(one.Name))));

    /// <inheritdoc/>
    public override void OnPicture(long? step, string file, Shape shape) =>
        _file.Write(step ?? 0, EventValues.Image(step is null ? Real : Samples, File.ReadAllBytes(file), shape));

    /// <inheritdoc/>
    public override void OnNetworks(long step, IReadOnlyList<(string Name, Module Network)> networks)
    {
        if (_histogramEvery > 0 && step % _histogramEvery == 0)
        {
            _file.Write(step, networks.SelectMany(static network => Histograms(network.Name, network.Network)));
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    static IEnumerable<ProtobufMessage> Histograms(string name, Module network) =>
        from parameter in network.NamedParameters()
        from part in Tensors(parameter.Value)
        from value in Values($"{part.Kind}/{name}.{parameter.Name}", part.Tensor)
        select value;

    static IEnumerable<(string Kind, Tensor Tensor)> Tensors(Tensor parameter) => parameter.Grad is { } gradient
        ? [("weights", parameter), ("gradients", gradient)]
        : [("weights", parameter)];

    // Values that are not finite have no bin, so their number is a scalar.
    static IEnumerable<ProtobufMessage> Values(string tag, Tensor tensor)
    {
        Histogram? histogram = Histogram.Of(tensor, out int notFinite);
        IEnumerable<ProtobufMessage> finite = histogram is null ? [] : [EventValues.Histogram(tag, histogram)];
        return notFinite == 0 ? finite : finite.Append(EventValues.Scalar($"not_finite/{tag}", notFinite));
    }

    ProtobufMessage Scalar(string name, double value, string description) =>
        EventValues.Scalar(name, value, _described.Add(name) ? description : null);
}
