namespace Criterion.Training;

/// <summary>The words for the changes that loading makes to images.</summary>
internal static class ChangePhrases
{
    /// <summary>Returns for each change what it does to one image, and to several.</summary>
    /// <param name="background">The grey behind transparent pixels and of borders, in [0, 1].</param>
    /// <param name="size">The side that images are resized to, in pixels.</param>
    public static IReadOnlyList<(ImageChanges Change, string One, string Many)> Of(double background, int? size)
    {
        string grey = PixelValues.Grey(background);
        (int odd, int even) = (ImagePart.OddSide, ImagePart.EvenSide);
        return
        [
            (ImageChanges.Misnamed, "has another format than its extension names", "have other formats than their extensions name"),
            (ImageChanges.FirstFrame, "has several frames, of which the first was used",
                "have several frames, of which the first was used"),
            (ImageChanges.Turned, "was turned as its EXIF orientation requires", "were turned as their EXIF orientation requires"),
            (ImageChanges.LaidOnBackground, $"has transparent pixels, which were blended with {grey}",
                $"have transparent pixels, which were blended with {grey}"),
            (ImageChanges.Rounded, "is of 16 bits and was rounded to 8", "are of 16 bits and were rounded to 8"),
            (ImageChanges.Padded, $"is {odd}×{odd} and was padded with black to {even}×{even}",
                $"are {odd}×{odd} and were padded with black to {even}×{even}"),
            (ImageChanges.Resized, $"was resized to {size}×{size}", $"were resized to {size}×{size}"),
            (ImageChanges.Stretched, "has other proportions and was stretched", "have other proportions and were stretched"),
            (ImageChanges.Cropped, "has other proportions and was cropped at the centre",
                "have other proportions and were cropped at the centre"),
            (ImageChanges.Bordered, $"has other proportions and was padded with {grey}",
                $"have other proportions and were padded with {grey}"),
        ];
    }
}
