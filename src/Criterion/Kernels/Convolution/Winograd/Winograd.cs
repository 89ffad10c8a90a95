using System.Numerics;
using System.Numerics.Tensors;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>
/// Convolution and its gradients with fewer products: outputs are computed in tiles of 2 × 2, whose inputs and weights are summed first,
/// so that a tile of a 3×3 kernel takes 16 products instead of 36. See <see cref="WinogradAxis"/> for the algorithm.
/// </summary>
/// <remarks>
/// Sums are accumulated in short parts, so that results are no less accurate than the direct ones. Outputs of one tile share the rounding
/// of their inputs: a value that is not finite, or very large, would affect the other outputs of its tile. An image with such a value is
/// convolved directly, and all images are if the weights have one. No image's result depends on the others of its batch.
/// </remarks>
internal static class Winograd
{
    /// <summary>
    /// The steps of a partial sum. An output is the sum of several sums of products, each about as large as itself; short sums round less,
    /// which compensates for that.
    /// </summary>
    public const int StepsAtOnce = 48;

    const int LeastChannels = 16;

    /// <summary>The cost of the additions, in products of each channel.</summary>
    const double CostOfSums = 8;

    const double LeastGain = 1.15;

    /// <summary>The lines and columns that partial tiles at the end of a phase read past the border.</summary>
    const int Spare = 2;

    /// <summary>The least number of terms: a direct sum of fewer would round less, and speed must not cost digits.</summary>
    const int LeastTerms = 256;

    /// <summary>Returns whether the algorithm saves time for the outputs.</summary>
    public static bool SuitsOutputs(in ConvolutionGeometry g) => g.InChannels * g.Taps >= LeastTerms && SavesTime(g);

    /// <summary>Returns whether the algorithm saves time for the gradient of the weights.</summary>
    public static bool SuitsWeights(in ConvolutionGeometry g) => (long)g.Batch * g.OutPixels >= LeastTerms && SavesTime(g);

    /// <summary>Returns whether the algorithm saves time for the gradient of the input.</summary>
    public static bool SuitsInputs(in ConvolutionGeometry g)
    {
        if (!Suits(g) || g.OutChannels * g.Taps / (g.StrideHeight * g.StrideWidth) < LeastTerms)
        {
            return false;
        }

        long products = 0;
        for (int y = 0; y < g.StrideHeight; y++)
        {
            for (int x = 0; x < g.StrideWidth; x++)
            {
                ConvolutionPhase rows = ConvolutionPhase.OfRows(g, y);
                ConvolutionPhase columns = ConvolutionPhase.OfColumns(g, x);
                products += Products(PlanOf(rows, columns), rows.Positions, columns.Positions);
            }
        }

        return Gain(g, products) >= LeastGain;
    }

    public static void Forward<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> weight, ReadOnlyMemory<S> bias, Memory<S> output)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        WinogradPlan plan = PlanOf(g);
        ChannelsLast<S> source = Inputs(g, plan, input);
        WinogradWeights<S> weights = new(
            plan, weight, g.InChannels, g.Taps, g.InChannels * g.Taps, (g.KernelHeight, g.KernelWidth), new(0, 1), new(0, 1));
        bool isUneven = Product(
            [Pack(plan, source, weights, g.OutChannels, 0, 0)], source, ConvolutionTarget<S>.Outputs(g, output) with { Bias = bias });
        (int inputs, int outputs) = (g.InChannels * g.InPixels, g.OutChannels * g.OutPixels);
        UnevenImages<S> uneven = new(g.Batch, source, isUneven);
        for ((int image, int count) = uneven.From(0); count > 0; (image, count) = uneven.From(image + count))
        {
            DirectConvolution.Forward(
                g with { Batch = count },
                input.Slice(image * inputs, count * inputs),
                weight,
                bias,
                output.Slice(image * outputs, count * outputs));
        }

        source.Return();
    }

    public static void InputGradient<S>(
        in ConvolutionGeometry g,
        ReadOnlyMemory<S> outputGradient,
        ReadOnlyMemory<S> weight,
        ReadOnlyMemory<S> bias,
        Memory<S> inputGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        PhaseBorder border = PhaseBorder.Of(g);
        ChannelsLast<S> source = ChannelsLast<S>.Of(
            outputGradient, g.Batch, g.OutChannels, (g.OutHeight, g.OutWidth), (border.Top, border.Left),
            (border.Top + g.OutHeight + border.Bottom + Spare, border.Left + g.OutWidth + border.Right + Spare));
        bool isUneven = false;
        for (int y = 0; y < g.StrideHeight; y++)
        {
            ConvolutionPhase rows = ConvolutionPhase.OfRows(g, y);
            if (rows.Positions > 0)
            {
                ConvolutionTarget<S> lines = ConvolutionTarget<S>.InputLines(g, rows, inputGradient) with { Bias = bias };
                isUneven |= InputGradient(g, rows, border, source, weight, lines);
            }
        }

        (int inputs, int outputs) = (g.InChannels * g.InPixels, g.OutChannels * g.OutPixels);
        UnevenImages<S> uneven = new(g.Batch, source, isUneven);
        for ((int image, int count) = uneven.From(0); count > 0; (image, count) = uneven.From(image + count))
        {
            DirectConvolution.InputGradient(
                g with { Batch = count }, outputGradient.Slice(image * outputs, count * outputs), weight, bias,
                inputGradient.Slice(image * inputs, count * inputs));
        }

        source.Return();
    }

    /// <summary>
    /// Computes one phase of the lines and all phases of the columns: each is a convolution of stride 1 over the output gradient. Returns
    /// whether the weights are uneven.
    /// </summary>
    static bool InputGradient<S>(
        in ConvolutionGeometry g,
        ConvolutionPhase rows,
        PhaseBorder border,
        ChannelsLast<S> source,
        ReadOnlyMemory<S> weight,
        ConvolutionTarget<S> target)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        WinogradPhase<S>[] phases = new WinogradPhase<S>[g.StrideWidth];
        int top = border.Top + rows.FirstQuotient - rows.Shift(rows.Taps - 1);
        for (int x = 0; x < phases.Length; x++)
        {
            ConvolutionPhase columns = ConvolutionPhase.OfColumns(g, x);
            WinogradPlan plan = PlanOf(rows, columns);
            Size2 kernel = (g.KernelHeight, g.KernelWidth);
            WinogradWeights<S> weights = new(
                plan, weight, g.OutChannels, g.InChannels * g.Taps, g.Taps, kernel, rows.Reversed, columns.Reversed);
            int left = border.Left + columns.FirstQuotient - columns.Shift(columns.Taps - 1);
            int origin = (top * source.RowStride) + (left * source.Channels);
            phases[x] = Pack(plan, source, weights, g.InChannels, origin, columns.FirstPosition);
        }

        return Product(phases, source, target);
    }

    public static void WeightGradient<S>(
        in ConvolutionGeometry g, ReadOnlyMemory<S> input, ReadOnlyMemory<S> outputGradient, Memory<S> weightGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        WinogradPlan plan = PlanOf(g);
        ChannelsLast<S> source = Inputs(g, plan, input);
        ChannelsLast<S> gradient = ChannelsLast<S>.Of(
            outputGradient, g.Batch, g.OutChannels, (g.OutHeight, g.OutWidth), 0, (Even(g.OutHeight), Even(g.OutWidth)));
        UnevenImages<S> uneven = new(g.Batch, source, gradient);
        Clear(uneven, source, gradient);
        WinogradWeightGradient<S>.Run(plan, source, gradient, g.Batch, g.InChannels, g.OutChannels, weightGradient);
        for ((int image, int count) = uneven.From(0); count > 0; (image, count) = uneven.From(image + count))
        {
            AddWeightGradient(g with { Batch = count }, image, input, outputGradient, weightGradient);
        }

        gradient.Return();
        source.Return();
    }

    static void Clear<S>(UnevenImages<S> uneven, ChannelsLast<S> source, ChannelsLast<S> gradient)
        where S : unmanaged
    {
        for ((int image, int count) = uneven.From(0); count > 0; (image, count) = uneven.From(image + count))
        {
            source.Clear(image, count);
            gradient.Clear(image, count);
        }
    }

    /// <summary>Adds the gradient of some images from one on.</summary>
    static void AddWeightGradient<S>(
        in ConvolutionGeometry g, int image, ReadOnlyMemory<S> input, ReadOnlyMemory<S> outputGradient, Memory<S> weightGradient)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        (int inputs, int outputs) = (g.InChannels * g.InPixels, g.OutChannels * g.OutPixels);
        Memory<S> part = BufferPool<S>.Rent(g.OutChannels * g.InChannels * g.Taps);
        DirectConvolution.WeightGradient(
            g, input.Slice(image * inputs, g.Batch * inputs), outputGradient.Slice(image * outputs, g.Batch * outputs), part);
        Span<S> sum = weightGradient.Span[..(g.OutChannels * g.InChannels * g.Taps)];
        TensorPrimitives.Add(sum, part.Span[..sum.Length], sum);
        BufferPool<S>.Return(part);
    }

    static WinogradPhase<S> Pack<S>(
        WinogradPlan plan, ChannelsLast<S> source, WinogradWeights<S> weights, int channels, int origin, int firstPosition)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        int depth = plan.Pairs.Length * source.Channels;
        int width = MatrixProductBlock.PanelWidth<S>(channels);
        int cells = weights.CellsPerPanel * ((channels + width - 1) / width);
        Memory<int> exponents = BufferPool<int>.Rent(cells);
        ConvolutionColumns<S> columns = ConvolutionColumns<S>.Pack(weights with { Exponents = exponents }, 1, depth, channels, width);
        bool isUneven = DynamicRange.IsUneven<S>(exponents.Span[..cells]);
        BufferPool<int>.Return(exponents);
        return new(plan, columns, origin, firstPosition, isUneven);
    }

    /// <summary>Computes the outputs. Returns whether the weights are uneven: the outputs must then be computed again.</summary>
    static bool Product<S>(WinogradPhase<S>[] phases, ChannelsLast<S> source, ConvolutionTarget<S> target)
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        WinogradProduct<S>.Run(phases, source, target);
        bool isUneven = false;
        foreach (WinogradPhase<S> phase in phases)
        {
            isUneven |= phase.HasUnevenWeights;
            phase.Weights.Return();
        }

        return isUneven;
    }

    /// <summary>Copies the padded input, as far as whole tiles of outputs read it.</summary>
    static ChannelsLast<S> Inputs<S>(in ConvolutionGeometry g, WinogradPlan plan, ReadOnlyMemory<S> input)
        where S : unmanaged
    {
        int height = plan.Rows.Inputs + ((Even(g.OutHeight) - 2) * g.StrideHeight);
        int width = plan.Columns.Inputs + ((Even(g.OutWidth) - 2) * g.StrideWidth);
        return ChannelsLast<S>.Of(
            input, g.Batch, g.InChannels, (g.InHeight, g.InWidth), (g.PaddingHeight, g.PaddingWidth), (height, width));
    }

    /// <summary>Returns whether the algorithm can compute this convolution, even if it saves no time.</summary>
    public static bool CanRun(in ConvolutionGeometry g) =>
        g.Groups == 1 && g.DilationHeight == 1 && g.DilationWidth == 1
        && g.StrideHeight <= g.KernelHeight && g.StrideWidth <= g.KernelWidth;

    static bool SavesTime(in ConvolutionGeometry g) =>
        Suits(g) && Gain(g, Products(PlanOf(g), g.OutHeight, g.OutWidth)) >= LeastGain;

    static bool Suits(in ConvolutionGeometry g) =>
        CanRun(g) && g.InChannels >= LeastChannels && g.OutChannels >= LeastChannels;

    /// <summary>Returns the work of the direct convolution relative to so many products per image and pair of channels.</summary>
    static double Gain(in ConvolutionGeometry g, long products)
    {
        double channels = (double)g.InChannels / ChannelsLast<float>.Padded(g.InChannels)
            * g.OutChannels / ChannelsLast<float>.Padded(g.OutChannels);
        double sums = 1 + (CostOfSums / g.InChannels) + (CostOfSums / g.OutChannels);
        return (double)g.OutPixels * g.Taps / products * channels / sums;
    }

    static long Products(WinogradPlan plan, int height, int width) => (long)plan.Pairs.Length * (Even(height) / 2) * (Even(width) / 2);

    static WinogradPlan PlanOf(in ConvolutionGeometry g) => WinogradPlan.Of(g.KernelHeight, g.StrideHeight, g.KernelWidth, g.StrideWidth);

    static WinogradPlan PlanOf(ConvolutionPhase rows, ConvolutionPhase columns) => WinogradPlan.Of(rows.Taps, 1, columns.Taps, 1);

    static int Even(int size) => (size + 1) & ~1;
}
