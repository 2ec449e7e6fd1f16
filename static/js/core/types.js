/**
 * The shapes that more than one part of the browser code speaks about; fields that travel keep their name on the wire.
 *
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ width: number, height: number }} Size
 * @typedef {{ center: number, width: number }} Voi
 * @typedef {{ center: number, width: number, name: string }} NamedVoi
 *
 * @typedef {object} ImageRef  One frame of one instance; `frame_number` counts from 1.
 * @property {string} study_uid
 * @property {string} series_uid
 * @property {string} instance_uid
 * @property {number} frame_number
 *
 * @typedef {{ study_uid: string, series_uid: string, instance_uid: string }} InstanceRef
 *
 * @typedef {object} Presentation  How a viewport shows its image, free of any screen's size.
 * @property {Voi | null} voi  null: the image's own window
 * @property {number} zoom  1 fits the image into the viewport
 * @property {Point} pan  the image's offset from the middle, right and down as seen, in image pixels
 * @property {0 | 90 | 180 | 270} rotation  clockwise, after the flips
 * @property {boolean} flip_horizontal
 * @property {boolean} flip_vertical
 * @property {boolean} invert
 * @property {Camera | null} camera  what others are to see of it; null: as `zoom` and `pan` say
 * @property {InstanceRef} [state]  the presentation state that it follows, whose tables, shutters and marks are shown too
 *
 * @typedef {{ center: Vector | null, height: number }} Camera  the place in the patient in the middle of a screen, and its height in mm
 *
 * @typedef {'1x1' | '1x2' | '1x3' | '2x2' | '2x3' | '3x3'} Layout  rows and columns of viewports
 * @typedef {{ image: ImageRef | null, presentation: Presentation }} ViewportContent
 *
 * @typedef {object} View  What a person, or a room, looks at.
 * @property {Layout} layout
 * @property {number} active_viewport
 * @property {ViewportContent[]} viewports  never shrinks: a smaller layout hides the later ones
 * @property {SharedMpr | null} mpr  planes in place of the viewports
 *
 * @typedef {'radiology' | 'surgery' | 'oncology' | 'pathology' | 'medicine' | 'nursing' | 'physiotherapy'
 *   | 'coordination' | 'other'} Discipline
 * @typedef {object} Person
 * @property {string} name
 * @property {Discipline} discipline
 * @property {boolean} guest
 * @property {boolean} here
 * @property {boolean} following
 * @property {number | null} left_at  when they were last seen to go, ms since 1970
 * @property {number} came  the event with which they came
 * @property {boolean} removed  kept out by the chair
 *
 * @typedef {Record<string, unknown>} AnnotationContent  what the drawing code keeps; the room does not look into it
 * @typedef {{ by: string, image: ImageRef, content: AnnotationContent }} Annotation
 * @typedef {{ annotation_id: string, before: Annotation | null, after: Annotation | null }} Step
 * @typedef {{ done: Step[], undone: Step[] }} Memory  what an author can undo and redo, the newest last
 * @typedef {{ image: ImageRef, by: string, at: number }} KeyImage
 * @typedef {{ scene_id: string, name: string, by: string, view: View }} Scene
 *
 * @typedef {object} RoomFacts
 * @property {string} session_id
 * @property {number} seq
 * @property {string[]} study_uids
 * @property {Record<string, Person>} people
 * @property {string | null} leader
 * @property {string | null} chair
 * @property {string[]} asking  for the lead, the first first
 * @property {'together' | 'free'} mode
 * @property {boolean} frozen
 * @property {boolean} anonymous  nobody is told whose images these are
 * @property {string[]} released_series_uids  whose pixels are shown although they may name the patient
 * @property {string | null} call  where its people hear each other
 * @property {string[]} hands  raised, the first first
 * @property {Record<string, View>} proposals  by who made them
 * @property {Record<string, Annotation>} annotations
 * @property {Record<string, Memory>} memories
 * @property {KeyImage[]} key_images
 * @property {Scene[]} scenes
 * @property {string} meeting  what it is called
 * @property {Case[]} cases  in the order of the agenda
 * @property {string | null} case  the one on the screen
 * @typedef {View & RoomFacts} Room
 *
 * @typedef {object} Case  One patient's turn on the agenda; whose it is, its studies say.
 * @property {string} case_id
 * @property {string} question
 * @property {string[]} study_uids
 * @property {'waiting' | 'shown' | 'discussed'} state
 * @property {string} outcome
 * @property {View | null} view  what everybody will see first, or saw last; null: not prepared
 *
 * @typedef {{ type: 'layout/set', layout: Layout }} LayoutSet
 * @typedef {{ type: 'viewport/activate', viewport: number }} ViewportActivate
 * @typedef {{ type: 'image/set', viewport: number, image: ImageRef }} ImageSet
 * @typedef {{ type: 'presentation/set', viewport: number, presentation: Presentation }} PresentationSet
 * @typedef {{ type: 'mpr/show', mpr: SharedMpr | null }} MprShow
 * @typedef {LayoutSet | ViewportActivate | ImageSet | PresentationSet | MprShow} ViewEvent
 * @typedef {{ type: 'follow/set', following: boolean } | { type: 'lead/ask' } | { type: 'lead/take' }
 *   | { type: 'lead/hand-over', to: string } | { type: 'lead/decline', of: string }
 *   | { type: 'chair/hand-over', to: string } | { type: 'person/remove', who: string }
 *   | { type: 'hand/set', raised: boolean } | { type: 'hand/lower', of: string }} LeadEvent
 * @typedef {{ type: 'studies/add', study_uids: string[] } | { type: 'mode/set', mode: 'together' | 'free' }
 *   | { type: 'freeze/set', frozen: boolean } | { type: 'anonymous/set', anonymous: boolean } | { type: 'pixels/release', series_uid: string, released: boolean } | { type: 'call/set', call: string | null } | { type: 'view/propose', view: View }
 *   | { type: 'view/accept', of: string } | { type: 'view/dismiss', of: string }
 *   | { type: 'scene/save', scene_id: string, name: string } | { type: 'scene/show', scene_id: string }
 *   | { type: 'scene/remove', scene_id: string }} ShowEvent
 * @typedef {{ type: 'annotation/put', annotation_id: string, image: ImageRef, content: AnnotationContent }} AnnotationPut
 * @typedef {AnnotationPut | { type: 'annotation/remove', annotation_id: string } | { type: 'annotation/undo' }
 *   | { type: 'annotation/redo' } | { type: 'key-image/set', image: ImageRef, key: boolean }} MarkEvent
 * @typedef {{ type: 'meeting/name', meeting: string }
 *   | { type: 'case/put', case_id: string, question: string, study_uids: string[] }
 *   | { type: 'case/remove', case_id: string } | { type: 'case/move', case_id: string, to: number }
 *   | { type: 'case/note', case_id: string, outcome: string }
 *   | { type: 'case/mark', case_id: string, state: 'waiting' | 'discussed' }
 *   | { type: 'case/prepare', case_id: string, view: View } | { type: 'case/show', case_id: string }} CaseEvent
 * @typedef {ViewEvent | LeadEvent | ShowEvent | MarkEvent | CaseEvent} SentEvent
 * @typedef {{ type: 'person/join', name: string, discipline?: Discipline, guest?: boolean }} PersonJoin
 * @typedef {SentEvent | PersonJoin | { type: 'person/leave' }
 *   | { type: 'studies/withdraw', study_uids: string[] }} LastingEvent
 * @typedef {LastingEvent & { by: string, at: number, via?: { event_id: string } }} RoomEvent  `via`: another application did it in the leader's stead
 *
 * @typedef {object} Patient
 * @property {string} name  as people read it: SURNAME, Given
 * @property {string} id
 * @property {string} birth_date  DICOM DA
 * @property {string} sex
 *
 * @typedef {object} Study
 * @property {string} study_uid
 * @property {Patient} patient
 * @property {string} date  DICOM DA
 * @property {string} time  DICOM TM
 * @property {string} description
 * @property {string} accession
 * @property {string[]} modalities
 * @property {string[]} institutions  where its series were made, as far as that was asked for
 * @property {number} series_count
 * @property {number} instance_count
 *
 * @typedef {object} Series
 * @property {string} study_uid
 * @property {string} series_uid
 * @property {string} modality
 * @property {number} number
 * @property {string} description
 * @property {string} body_part
 * @property {string} laterality
 * @property {string} institution
 * @property {number} instance_count
 *
 * @typedef {[number, number, number]} Vector  in the patient: to the left, to the back, to the head, in mm
 *
 * @typedef {object} ImagePlane  Where an image lies in the patient (PS3.3 C.7.6.2).
 * @property {Vector} position  of the middle of its first pixel
 * @property {Vector} row  the direction in which columns count up
 * @property {Vector} column  the direction in which rows count up
 * @property {string} frame_of_reference
 *
 * @typedef {{ column: number, row: number, kind: 'patient' | 'detector' | 'geometry' | 'fiducial' | 'corrected' | 'unsaid' | 'hand' }} Spacing  millimetres between columns and rows
 *
 * @typedef {object} MeasuredRegion  From the middle of its first pixel to that of its last; `size` in mm, null where its pixels are none of tissue.
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 * @property {{ column: number, row: number } | null} size
 *
 * @typedef {object} Frame  One place in a stack: an image and what is known about it.
 * @property {ImageRef} image
 * @property {number} columns
 * @property {number} rows
 * @property {number} aspect  height of a pixel in widths of a pixel
 * @property {Spacing | null} spacing
 * @property {MeasuredRegion[]} [regions]  parts of an ultrasound image with scales of their own
 * @property {[string, string] | null} edges  letters at the right and the lower edge
 * @property {ImagePlane | null} plane  null: it does not say where it lies
 * @property {number | null} position  along the normal, millimetres
 * @property {number | null} thickness
 * @property {number | null} frame_ms  how long each frame of a film is shown
 * @property {NamedVoi[]} windows  the image's own, the first is shown first
 * @property {string} laterality
 * @property {string} view_position
 * @property {string} institution
 *
 * @typedef {'loading' | 'ready' | 'failed'} StackStatus
 * @typedef {{ status: StackStatus, frames: Frame[], problem: string }} Stack
 *
 * @typedef {'preview' | 'exact'} PictureQuality
 * @typedef {'preview' | 'exact' | 'loading' | 'failed'} Quality
 *
 * @typedef {object} PictureRequest  A rendered picture to ask of the server.
 * @property {ImageRef} image
 * @property {Voi | null} voi
 * @property {string} [as]  series and instance of the presentation state in whose grey values it is drawn
 * @property {number | null} side  longest side wanted in pixels; null: native size
 * @property {PictureQuality} quality
 *
 * @typedef {object} Picture
 * @property {ImageBitmap} bitmap
 * @property {Voi | null} window  the window the server used; null where there is none, as in colour
 * @property {number} [coarse]  JPEG quality of a preview
 *
 * @typedef {object} Displayed  What a viewport's canvas shows now.
 * @property {ImageRef} image
 * @property {Voi | null} window
 * @property {Quality} quality
 *
 * @typedef {object} Drag  How far a hand has moved since it went down.
 * @property {Point} by  in image pixels, right and down as seen
 * @property {Point} pixels  on the screen
 * @property {Point} from  where it went down: offset from the viewport's middle, in image pixels as shown
 * @property {Voi} window  the window shown when it went down
 * @property {number} count  of images in the stack
 * @property {Size} size  of the viewport on the screen
 *
 * @typedef {object} Cine  A stack that runs by itself.
 * @property {number} viewport
 * @property {number | null} rate  images a second; null: as its header says
 *
 * @typedef {object} Tool  One thing a drag can do. `drag` gives a presentation, `steps` a number of images to scroll.
 * @property {string} name
 * @property {string} title
 * @property {string} label
 * @property {string} shortcut
 * @property {string} hint
 * @property {(start: Presentation, drag: Drag) => Presentation} [drag]
 * @property {(drag: Drag) => number} [steps]
 * @property {boolean} [points]  shows others where the hand is
 * @property {'crossing' | 'measuring' | 'lens'} [layer]  what lies over the image and follows the hand itself; loaded when first used
 *
 * @typedef {{ frame_of_reference: string, point: Vector }} Cross  The place everybody of a frame of reference shows.
 *
 * @typedef {object} PlaneView  One plane of a multiplanar view; it goes through the cross-hair.
 * @property {Vector} right  what lies to the right on the screen
 * @property {Vector} down
 * @property {Presentation} presentation
 *
 * @typedef {'average_ip' | 'maximum_ip' | 'minimum_ip'} Projection
 *
 * @typedef {object} Mpr  A multiplanar view of one series.
 * @property {string} study_uid
 * @property {string} series_uid
 * @property {'2x2' | '1x3'} layout
 * @property {number} active  which plane keys and commands mean; -1: the stack beside them
 * @property {boolean} alone  the active plane fills the screen
 * @property {number} slab  mm; 0: the plane itself
 * @property {Projection} method  of the slab
 * @property {PlaneView[]} planes  axial, coronal, sagittal, however they have been turned since
 *
 * @typedef {{ frame_of_reference_uid: string, point: Vector }} Place  a point in the patient, as it travels
 * @typedef {Mpr & { place: Place }} SharedMpr  with the place in which the planes meet
 *
 * @typedef {object} Pointed  Where somebody points: in an image's pixels, in the patient, or both.
 * @property {number} viewport
 * @property {ImageRef | null} image
 * @property {[number, number] | null} point
 * @property {Place | null} place
 * @typedef {Pointed & { at: number }} SharedPointer
 */
export {};
