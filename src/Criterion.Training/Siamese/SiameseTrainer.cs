using System.Diagnostics;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Trains an encoder whose embeddings of one class lie together: both sides of a pair go through the same weights.</summary>
public sealed class SiameseTrainer : IStateful
{
    readonly SiameseOptions _options;
    readonly PairSampler _sampler;
    readonly Player _encoder;
    long _step;

    /// <summary>A trainer at step 0.</summary>
    /// <param name="encoder">Images to embeddings [N, D].</param>
    /// <param name="data">Labelled images.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="TrainingException">The data have no labels or too few classes.</exception>
    public SiameseTrainer(Module encoder, ImageDataset data, SiameseOptions options)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _sampler = new PairSampler(data, options.BatchSize, new RandomStream(options.Seed).Fork(21));
        _encoder = new Player(encoder, options.LearningRate, 0.9, 0.999);
    }

    /// <summary>One update on a fresh batch.</summary>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    public SiameseStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        _encoder.Train();
        Tensor loss = _options.Objective.Loss(_encoder.Forward, _sampler);
        double value = loss.Item();
        if (!double.IsFinite(value))
        {
            throw new TrainingException($"The loss became {value} in step {_step + 1}. Lower the learning rate (--lr), or try another seed.");
        }

        return new SiameseStep(++_step, value, _encoder.Descend(loss), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { ["step"] = StateDicts.Integers(_step) };
        state.AddPart("pairs", _sampler.StateDict());
        state.AddPart("encoder", _encoder.StateDict());
        return state;
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _step = state.Integers("step", 1)[0];
        _sampler.LoadStateDict(state.Part("pairs"));
        _encoder.LoadStateDict(state.Part("encoder"));
    }
}
