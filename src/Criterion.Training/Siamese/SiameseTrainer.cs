using System.Diagnostics;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Trains an encoder whose embeddings of one class lie together: both sides of a pair go through the same weights.</summary>
public sealed class SiameseTrainer : IStateful
{
    readonly SiameseOptions _options;
    readonly PairSampler _sampler;
    readonly TrainedNetworks _encoder;
    readonly NanGuard _guard;
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
        _encoder = new TrainedNetworks(encoder, options.LearningRate, 0.9, 0.999);
        _guard = new NanGuard(options.OnNan, encoder);
    }

    /// <summary>One update on a fresh batch.</summary>
    /// <exception cref="TrainingException">The loss or gradient is no longer a number, and the options do not say to skip such steps.</exception>
    public SiameseStep Step()
    {
        long start = Stopwatch.GetTimestamp();
        using TensorScope scope = new();
        SiameseStep row = _guard.Step(Play, SiameseStep.NoNumbers);
        return row with { Step = ++_step, Skipped = _guard.Skipped, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { ["step"] = StateDicts.Integers(_step, _guard.Skipped) };
        state.AddPart("pairs", _sampler.StateDict());
        state.AddPart("encoder", _encoder.StateDict());
        return state;
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long[] steps = state.Integers("step", 2);
        (_step, _guard.Skipped) = (steps[0], steps[1]);
        _sampler.LoadStateDict(state.Part("pairs"));
        _encoder.LoadStateDict(state.Part("encoder"));
    }

    SiameseStep Play()
    {
        _encoder.Train();
        NanSearch seen = new();
        Tensor loss = _options.Objective.Loss(Encode, _sampler);
        double value = NanGuard.Finite(loss.Item(), "loss", _step + 1, () => seen);
        double norm = NanGuard.Finite(_encoder.Differentiate(loss), "gradient", _step + 1, () => seen);
        _encoder.Update();
        return new SiameseStep { Loss = value, GradientNorm = norm };

        Tensor Encode(Tensor images)
        {
            Tensor embeddings = _encoder.Forward(images);
            seen.Add("images", images).Add("encoder", _encoder.Network).Add("embeddings", embeddings);
            return embeddings;
        }
    }
}
