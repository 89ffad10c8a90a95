namespace Criterion.Kernels;

/// <summary>
/// Neighbouring windows with equally many weights. Those of a sliding run also share their weights and begin at successive inputs.
/// </summary>
internal readonly record struct ResampleRun(int First, int End, int Taps, bool Slides);

/// <summary>
/// The linear map of one side of a plane: each output is a weighted sum of neighbouring inputs. Inputs with weight 0 are in no window, so
/// that a NaN or ∞ reaches exactly the outputs that depend on it.
/// </summary>
internal sealed class ResampleAxis
{
    const int LeastSlide = 16;

    readonly Lock _lock = new();
    ResampleAxis? _adjoint;

    ResampleAxis(int inputs, int[] starts, int[] offsets, double[] weights)
    {
        Inputs = inputs;
        Starts = starts;
        Offsets = offsets;
        Weights = weights;
        Runs = [.. FindRuns()];
    }

    public int Inputs { get; }

    public int Outputs => Starts.Length;

    /// <summary>The first input of each window.</summary>
    public int[] Starts { get; }

    /// <summary>The weights of window i are those from <c>Offsets[i]</c> to before <c>Offsets[i + 1]</c>.</summary>
    public int[] Offsets { get; }

    public double[] Weights { get; }

    public ResampleRun[] Runs { get; }

    /// <summary>The transposed map, from gradients of the outputs to gradients of the inputs.</summary>
    public ResampleAxis Adjoint
    {
        get
        {
            lock (_lock)
            {
                return _adjoint ??= Transposed();
            }
        }
    }

    /// <summary>Creates the map from the first input and the weights of each window. Neither starts nor ends may decrease.</summary>
    public static ResampleAxis Of(int inputs, int outputs, Func<int, (int Start, double[] Weights)> window)
    {
        (int[] starts, int[] offsets, List<double> weights) = (new int[outputs], new int[outputs + 1], []);
        for (int i = 0; i < outputs; i++)
        {
            (int start, double[] all) = window(i);
            Range used = Used(all);
            starts[i] = start + used.Start.Value;
            weights.AddRange(all.AsSpan(used));
            offsets[i + 1] = weights.Count;
        }

        return new(inputs, starts, offsets, [.. weights]);
    }

    /// <summary>Returns the inputs of windows from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public (int First, int End) InputsOf(int first, int end)
    {
        (int low, int high) = (Inputs, 0);
        for (int i = first; i < end; i++)
        {
            if (Taps(i) > 0)
            {
                (low, high) = (Math.Min(low, Starts[i]), Math.Max(high, Starts[i] + Taps(i)));
            }
        }

        return (Math.Min(low, high), high);
    }

    int Taps(int output) => Offsets[output + 1] - Offsets[output];

    IEnumerable<ResampleRun> FindRuns()
    {
        for (int first = 0; first < Outputs;)
        {
            int slides = EndOf(first, Slides);
            bool isSliding = slides - first >= LeastSlide;
            int end = isSliding ? slides : EndOf(first, (previous, next) => Taps(previous) == Taps(next));
            yield return new(first, end, Taps(first), isSliding);
            first = end;
        }
    }

    int EndOf(int first, Func<int, int, bool> continues)
    {
        int end = first + 1;
        while (end < Outputs && continues(end - 1, end))
        {
            end++;
        }

        return end;
    }

    bool Slides(int previous, int next) =>
        Starts[next] == Starts[previous] + 1
        && Weights.AsSpan(Offsets[previous], Taps(previous)).SequenceEqual(Weights.AsSpan(Offsets[next], Taps(next)));

    static Range Used(double[] weights)
    {
        int first = Array.FindIndex(weights, static w => w != 0);
        return first < 0 ? ..0 : first..(Array.FindLastIndex(weights, static w => w != 0) + 1);
    }

    /// <summary>Returns the transpose: as starts and ends never decrease, the windows that contain an input are neighbours.</summary>
    ResampleAxis Transposed()
    {
        List<double>[] weights = [.. Enumerable.Range(0, Inputs).Select(static _ => new List<double>())];
        int[] first = new int[Inputs];
        for (int output = 0; output < Outputs; output++)
        {
            for (int k = Offsets[output]; k < Offsets[output + 1]; k++)
            {
                int input = Starts[output] + k - Offsets[output];
                first[input] = weights[input].Count == 0 ? output : first[input];
                weights[input].Add(Weights[k]);
            }
        }

        ResampleAxis transposed = Of(Outputs, Inputs, i => (first[i], [.. weights[i]]));
        transposed._adjoint = this;
        return transposed;
    }
}
