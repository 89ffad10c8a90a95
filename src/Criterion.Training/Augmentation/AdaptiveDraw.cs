namespace Criterion.Training;

/// <summary>The numbers that <see cref="AdaptiveAugment"/> draws for one image, in the order in which they are applied.</summary>
internal readonly record struct AdaptiveDraw()
{
    /// <summary>Gets whether left and right are exchanged.</summary>
    public bool IsFlipped { get; init; }

    /// <summary>Gets the quarter turns clockwise, from 0 to 3.</summary>
    public int QuarterTurns { get; init; }

    /// <summary>Gets the whole pixels to the right and down.</summary>
    public (double Right, double Down) Shift { get; init; }

    /// <summary>Gets the factor of both sides.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Gets the angle before the stretch, in radians.</summary>
    public double AngleBefore { get; init; }

    /// <summary>Gets the factor of the width; the height is divided by it.</summary>
    public double Stretch { get; init; } = 1;

    /// <summary>Gets the angle after the stretch, in radians.</summary>
    public double AngleAfter { get; init; }

    /// <summary>Gets the pixels to the right and down, fractions included.</summary>
    public (double Right, double Down) Fraction { get; init; }

    /// <summary>Gets what is added to all colours.</summary>
    public double Brightness { get; init; }

    /// <summary>Gets the factor of all colours.</summary>
    public double Contrast { get; init; } = 1;

    /// <summary>Gets whether the grey of all colours is negated.</summary>
    public bool IsLumaFlipped { get; init; }

    /// <summary>Gets the angle of the hues, in radians.</summary>
    public double Hue { get; init; }

    /// <summary>Gets the factor of the distance from grey.</summary>
    public double Saturation { get; init; } = 1;

    /// <summary>Returns the map from pixels of the result, counted from the centre, to pixels of the image.</summary>
    public SquareMatrix Geometry() =>
        SquareMatrix.Scale(IsFlipped ? -1 : 1, 1)
        * SquareMatrix.Rotate(-QuarterTurns * Math.PI / 2)
        * SquareMatrix.Translate(-Shift.Right, -Shift.Down)
        * SquareMatrix.Scale(1 / Scale, 1 / Scale)
        * SquareMatrix.Rotate(-AngleBefore)
        * SquareMatrix.Scale(1 / Stretch, Stretch)
        * SquareMatrix.Rotate(-AngleAfter)
        * SquareMatrix.Translate(-Fraction.Right, -Fraction.Down);

    /// <summary>Returns the map of red, green and blue.</summary>
    public SquareMatrix Colour() =>
        SquareMatrix.AroundGrey(across: Saturation)
        * SquareMatrix.AroundGrey(Hue)
        * SquareMatrix.AroundGrey(along: IsLumaFlipped ? -1 : 1)
        * SquareMatrix.Scale(Contrast, Contrast, Contrast)
        * SquareMatrix.Translate(Brightness, Brightness, Brightness);
}
