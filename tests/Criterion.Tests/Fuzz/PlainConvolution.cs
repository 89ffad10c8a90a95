namespace Criterion.Tests.Fuzz;

/// <summary>Random arguments of a two-dimensional convolution or its transpose.</summary>
sealed record ConvolutionCase(
    bool IsTransposed, Shape X, Shape Weight, bool HasBias, Size2 Stride, Size2 Padding, Size2 OutputPadding, Size2 Dilation, int Groups)
{
    public Tensor Call(Tensor x, Tensor w, Tensor? bias) => IsTransposed
        ? x.ConvTranspose2d(w, bias, Stride, Padding, OutputPadding, Dilation, Groups)
        : x.Conv2d(w, bias, Stride, Padding, Dilation, Groups);

    public int OutChannels => IsTransposed ? Weight[1] * Groups : Weight[0];

    /// <summary>The size of the result by the definition, one axis at a time; may be less than 1.</summary>
    public Size2 OutSize => new(Out(X[2], Weight[2], Stride.Height, Padding.Height, OutputPadding.Height, Dilation.Height),
        Out(X[3], Weight[3], Stride.Width, Padding.Width, OutputPadding.Width, Dilation.Width));

    /// <summary>Small sizes, and now and then enough channels for the convolution with fewer products.</summary>
    public static ConvolutionCase Draw(Random random, bool transposed)
    {
        bool wide = random.Next(6) == 0;
        int groups = wide ? 1 : random.Next(1, 4);
        Size2 kernel = new(random.Next(1, 5), random.Next(1, 5));
        Size2 stride = new(random.Next(1, 4), random.Next(1, 4));
        Size2 dilation = wide ? 1 : new Size2(random.Next(1, 5), random.Next(1, 5));
        Size2 most = new(Math.Max(stride.Height, dilation.Height), Math.Max(stride.Width, dilation.Width));
        Size2 outputPadding = transposed ? new Size2(random.Next(most.Height), random.Next(most.Width)) : 0;
        int a = groups * (wide ? random.Next(16, 36) : random.Next(1, 4));
        int b = wide ? random.Next(16, 36) : random.Next(1, 5);
        Shape weight = transposed ? [a, b, kernel.Height, kernel.Width] : [b * groups, a / groups, kernel.Height, kernel.Width];
        Shape x = [random.Next(1, 4), a, random.Next(1, wide ? 12 : 9), random.Next(1, wide ? 12 : 9)];
        return new(transposed, x, weight, random.Next(2) == 0, stride, new(random.Next(5), random.Next(5)), outputPadding, dilation,
            groups);
    }

    /// <summary>Every (result, input, weight) whose product the convolution adds up.</summary>
    public IEnumerable<(int Y, int X, int W)> Meetings()
    {
        Size2 size = OutSize;
        (int, int) rows = IsTransposed ? (X[2], size.Height) : (size.Height, X[2]);
        (int, int) columns = IsTransposed ? (X[3], size.Width) : (size.Width, X[3]);
        int perGroup = Weight[1];
        for (int w = 0; w < Weight.Count; w++)
        {
            (int rest, int tapX) = Math.DivRem(w, Weight[3]);
            (rest, int tapY) = Math.DivRem(rest, Weight[2]);
            (int first, int second) = Math.DivRem(rest, perGroup);
            int other = (first / (Weight[0] / Groups) * perGroup) + second;
            (int input, int output) = IsTransposed ? (first, other) : (other, first);
            for (int n = 0; n < X[0]; n++)
            {
                foreach ((int small, int large) in Along(tapY, Stride.Height, Padding.Height, Dilation.Height, rows))
                {
                    foreach ((int near, int far) in Along(tapX, Stride.Width, Padding.Width, Dilation.Width, columns))
                    {
                        (int inY, int outY, int inX, int outX) = IsTransposed ? (small, large, near, far) : (large, small, far, near);
                        yield return (
                            (((((n * OutChannels) + output) * size.Height) + outY) * size.Width) + outX,
                            (((((n * X[1]) + input) * X[2]) + inY) * X[3]) + inX,
                            w);
                    }
                }
            }
        }
    }

    int Out(int size, int kernel, int stride, int padding, int extra, int dilation) => IsTransposed
        ? ((size - 1) * stride) - (2 * padding) + (dilation * (kernel - 1)) + extra + 1
        : size + (2 * padding) < (dilation * (kernel - 1)) + 1 ? 0 : ((size + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;

    /// <summary>Positions on the side with few values and that with many which a tap brings together.</summary>
    static IEnumerable<(int Few, int Many)> Along(int tap, int stride, int padding, int dilation, (int Few, int Many) sizes)
    {
        for (int i = 0; i < sizes.Few; i++)
        {
            int at = (i * stride) - padding + (tap * dilation);
            if (at >= 0 && at < sizes.Many)
            {
                yield return (i, at);
            }
        }
    }
}
